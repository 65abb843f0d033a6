// Which part of src may import which, and the check of it: a part that is not named here may import nothing, and a part
// may import only what it names.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import sdk from '../src/baton/package.json' with { type: 'json' };

interface Room {
  /** Folders or files of src, besides itself, that it may import. Together they have no circle. */
  readonly rooms: readonly string[];
  /** Packages that it may import, besides Node's own modules. Absent: the dependencies of its package.json. */
  readonly packages?: readonly string[];
  /** Where something belongs that the room must not import. */
  readonly instead: string;
}

const sdkRoom = (instead: string, ...rooms: readonly string[]): Room => ({
  rooms: rooms.map((room) => `src/baton/${room}`),
  instead,
});

const percipioRoom = (instead: string, ...rooms: readonly string[]): Room => ({
  rooms: rooms.map((room) => `src/percipio/${room}`),
  packages: ['baton-connector-sdk', '#gen', '@bufbuild/protobuf', 'htmlparser2', 'zod', 'pino'],
  instead: `${instead}; of the SDK there is what it exports`,
});
/** What the rooms of the resource types stand on. */
const typeRooms = [
  'api',
  'content-types.ts',
  'context.ts',
  'count-unread.ts',
  'memory',
  'resource-types.ts',
  'service-errors.ts',
];
const simulatorPackages = [
  '@bufbuild/protobuf',
  '@bufbuild/protovalidate',
  '@connectrpc/connect',
  '@connectrpc/connect-node',
];

/** By path below the repository; the longest one that a file's path begins with is its room. */
export const rooms: Readonly<Record<string, Room>> = {
  'src/baton/instruments': sdkRoom('what measures work knows nothing of it'),
  'src/baton/net': sdkRoom('the ground floor knows networks alone: pass in what it needs', 'instruments'),
  'src/baton/config': sdkRoom('a setting knows nothing of what it configures', 'net'),
  'src/baton/author': sdkRoom('what an author implements stands on settings alone', 'config', 'net'),
  'src/baton/log': sdkRoom(
    'a log knows settings and networks: pass in what it logs',
    ...['author', 'config', 'instruments', 'net'],
  ),
  'src/baton/telemetry': sdkRoom(
    'telemetry sends what others measure: they call instruments/',
    ...['author', 'config', 'instruments', 'net'],
  ),
  'src/baton/encode': sdkRoom('encoding knows messages alone', 'author'),
  'src/baton/messages': sdkRoom('builders know messages alone', 'author', 'encode', 'net'),
  'src/baton/credentials': sdkRoom('credentials know what an author implements', 'author', 'net'),
  'src/baton/services': sdkRoom(
    'a service knows the connector, not who calls it: pass it through the call context',
    ...['author', 'config', 'credentials', 'encode', 'log', 'messages', 'net'],
  ),
  'src/baton/server': sdkRoom(
    'a server carries calls to services: what it serves is passed in',
    ...['author', 'instruments', 'log', 'messages', 'net', 'services'],
  ),
  'src/baton/client': sdkRoom(
    'a client calls services, in this process or elsewhere: how it reaches them is passed in',
    ...['author', 'server', 'services'],
  ),
  'src/baton/c1z': sdkRoom('a file knows rows: map to messages in sync/', 'author', 'encode', 'messages', 'net'),
  'src/baton/sync': sdkRoom(
    'a sync calls clients and writes a file',
    ...[
      'author',
      'c1z',
      'client',
      'config',
      'inspect',
      'instruments',
      'log',
      'messages',
      'net',
      'services',
      'sync/expand',
    ],
  ),
  'src/baton/sync/expand': sdkRoom(
    'an expansion reads and writes rows: a sync decides when',
    ...['author', 'c1z', 'encode', 'messages'],
  ),
  'src/baton/inspect': sdkRoom(
    'queries read one file, and know nothing of who asks: show results in a command or a page',
    ...['author', 'c1z', 'config', 'encode', 'log', 'messages', 'net', 'sync/expand'],
  ),
  'src/baton/explore': sdkRoom(
    'pages show what queries find: what a command decides is passed in',
    ...['author', 'c1z', 'inspect', 'net', 'server'],
  ),
  'src/baton/conductorone': sdkRoom(
    'service mode calls services and syncs: what a command decides is passed in',
    ...[
      'author',
      'conductorone/credentials',
      'conductorone/link',
      'conductorone/tasks',
      'client',
      'config',
      'credentials',
      'instruments',
      'log',
      'messages',
      'net',
      'server',
      'services',
      'sync',
    ],
  ),
  'src/baton/conductorone/credentials': sdkRoom(
    'credentials know how to get a token: the link carries it',
    ...['author', 'config', 'credentials', 'net'],
  ),
  'src/baton/conductorone/link': sdkRoom(
    'a link carries calls: what it carries is passed in',
    ...['author', 'conductorone/credentials', 'instruments', 'net'],
  ),
  'src/baton/conductorone/tasks': sdkRoom(
    'a task calls services and syncs: what a command decides is passed in',
    ...['author', 'c1z', 'client', 'conductorone/credentials', 'conductorone/link', 'config', 'log', 'net', 'server'],
    ...['instruments', 'services', 'sync'],
  ),
  'src/baton/child': sdkRoom(
    'what a parent says is read here; a command serves it',
    ...['author', 'client', 'config', 'net', 'server', 'services'],
  ),
  'src/baton/lambda': sdkRoom(
    'a hosted connector answers invocations: what runs elsewhere belongs to the rooms that it imports',
    ...['author', 'client', 'command-line', 'conductorone/credentials', 'conductorone/link', 'config', 'credentials'],
    ...['instruments', 'log', 'messages', 'net', 'server', 'services'],
  ),
  'src/baton/harness': sdkRoom(
    'the harness calls a connector over gRPC: it must not share the code that it judges',
    ...['author', 'c1z', 'client', 'instruments', 'log', 'messages', 'net', 'server', 'sync'],
  ),
  'src/baton/on-demand': sdkRoom(
    'what a command decides is passed in',
    ...['author', 'c1z', 'client', 'config', 'log', 'messages', 'net'],
  ),
  'src/baton/bulk': sdkRoom(
    'changes from a file call services as single changes do',
    ...['author', 'client', 'config', 'log', 'net', 'on-demand', 'services'],
  ),
  'src/baton/command-line': sdkRoom(
    'a command line runs the commands that it is given',
    ...['author', 'config', 'instruments', 'log', 'net', 'telemetry'],
  ),
  'src/baton/commands': sdkRoom(
    'a command wires the parts of the SDK',
    ...[
      'author',
      'c1z',
      'child',
      'client',
      'command-line',
      'conductorone',
      'conductorone/credentials',
      'conductorone/tasks',
      'config',
      'explore',
      'harness',
      'inspect',
      'instruments',
      'lambda',
      'log',
      'messages',
      'net',
    ],
    ...['bulk', 'on-demand', 'server', 'services', 'sync'],
  ),
  'src/baton/run-program.ts': sdkRoom('it puts the commands together', 'author', 'command-line', 'commands'),
  'src/baton/index.ts': sdkRoom(
    'it only exports',
    'author',
    'command-line',
    'config',
    'messages',
    'net',
    'run-program.ts',
  ),
  'src/baton/http.ts': sdkRoom('it only exports', 'net'),
  'src/baton/testing.ts': sdkRoom('it only exports', 'author', 'config', 'harness', 'server', 'services'),

  'src/percipio/api': {
    rooms: [],
    packages: ['baton-connector-sdk/http', 'zod', 'pino'],
    instead: 'api/ knows HTTP and JSON: map to messages in the rooms of the resource types',
  },
  'src/percipio/report/scan': {
    rooms: ['src/percipio/api'],
    packages: ['baton-connector-sdk/http', 'pino'],
    instead: 'scan/ knows rows and ids: map to grants in courses/',
  },
  'src/percipio/normalize-settings.ts': percipioRoom('it reads text alone'),
  'src/percipio/content-types.ts': percipioRoom('it has the words of all APIs, and calls none'),
  'src/percipio/config.ts': percipioRoom(
    'a setting knows nothing of what it configures',
    ...['content-types.ts', 'normalize-settings.ts'],
  ),
  'src/percipio/count-unread.ts': percipioRoom('it counts what the API could not read', 'api'),
  'src/percipio/resource-types.ts': percipioRoom('what the types share stands on messages alone'),
  'src/percipio/timing.ts': percipioRoom('waits belong to what waits: import its policy', 'api', 'report/scan'),
  'src/percipio/error-reasons.ts': percipioRoom('a table imports nothing'),
  'src/percipio/field-advice.ts': percipioRoom('advice is about fields of the API', 'api'),
  'src/percipio/service-errors.ts': percipioRoom(
    'it maps errors of the API',
    'api',
    'error-reasons.ts',
    'field-advice.ts',
    'report/scan',
  ),
  'src/percipio/report': percipioRoom(
    'a report knows rows: map to grants in courses/',
    'api',
    'report/scan',
    'service-errors.ts',
    'timing.ts',
  ),
  'src/percipio/memory': percipioRoom(
    'what a sync has listed is data: the rooms of the types read it',
    'api',
    'report',
    'report/scan',
  ),
  'src/percipio/context.ts': percipioRoom('it is what the types share', 'api', 'content-types.ts', 'memory'),
  'src/percipio/users': percipioRoom('what users share with other types belongs below both', ...typeRooms),
  'src/percipio/roles': percipioRoom('what roles share with other types belongs below both', ...typeRooms, 'users'),
  'src/percipio/courses': percipioRoom(
    'what courses share with other types belongs below both',
    ...typeRooms,
    'report',
    'report/scan',
  ),
  'src/percipio/licenses': percipioRoom(
    'what licenses share with other types belongs below both',
    ...typeRooms,
    'report',
    'report/scan',
  ),
  'src/percipio/events': percipioRoom(
    'an event says what resource types would: import their builders',
    ...[...typeRooms, 'courses', 'report', 'report/scan', 'timing.ts'],
  ),
  'src/percipio/validation': percipioRoom('a validation reads what a sync would', ...typeRooms, 'courses', 'licenses'),
  'src/percipio/naming.ts': percipioRoom(
    'a name leads to what the rooms of the types have',
    ...['api', 'context.ts', 'roles', 'users'],
  ),
  'src/percipio/connector.ts': percipioRoom(
    'a connector puts its parts together',
    ...[
      'api',
      'config.ts',
      'content-types.ts',
      'context.ts',
      'courses',
      'events',
      'licenses',
      'memory',
      'naming.ts',
      'report',
      'roles',
      'timing.ts',
      'users',
    ],
    'validation',
  ),

  'src/commands': {
    rooms: ['src/simulator/conductorone', 'src/simulator/percipio'],
    packages: ['baton-connector-sdk'],
    instead: 'the commands of this program start simulators; all others are the SDK’s',
  },
  'src/program.ts': {
    rooms: ['src/commands', 'src/percipio/config.ts', 'src/percipio/connector.ts', 'package.json'],
    packages: ['baton-connector-sdk'],
    instead: 'the program is one call of runProgram',
  },
  'src/main.ts': { rooms: ['src/program.ts'], packages: [], instead: 'an old Node must be able to load this' },
  'src/simulator/percipio': {
    rooms: [],
    packages: simulatorPackages,
    instead: 'a simulator shares no code with what it judges',
  },
  'src/simulator/lambda': {
    rooms: [],
    packages: ['#gen', ...simulatorPackages],
    instead: 'a simulator shares no code with what it judges: the contract in gen/ is all that both have',
  },
  'src/simulator/conductorone': {
    rooms: [],
    packages: ['#gen', ...simulatorPackages],
    instead: 'a simulator shares no code with what it judges: the contract in gen/ is all that both have',
  },
};

/** Texts of sources by path. */
export type Sources = ReadonlyMap<string, string>;

export function readSources(): Sources {
  return new Map(globSync('src/**/*.ts').map((path) => [path, readFileSync(path, 'utf8')]));
}

/**
 * What a source imports or exports from, types too: paths below the repository, and packages as they are written.
 * However it is written: either quotes, over several lines, or as `import()`.
 */
export function importsOf(path: string, text: string): string[] {
  return Array.from(text.matchAll(importStatement), ([, , atTop, , inside]) => atTop ?? inside ?? '').map(
    (specifier) => (specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : specifier),
  );
}

const importStatement =
  /^(?:import|export)\b(?:[\w\s*$,{}]*?\bfrom)?\s*(["'])([^"'\n]+)\1|\b(?:import|require)\s*\(\s*(["'`])([^"'`\n]+)\3/gm;

/** One text for each import that the rules do not allow, and for each circle. Empty when all is well. */
export function findFaults(sources: Sources): string[] {
  return [...findStrayImports(sources), ...findCircles(sources)];
}

function findStrayImports(sources: Sources): string[] {
  return [...sources].flatMap(([path, text]) => {
    const name = roomOf(path);
    if (name === undefined) return [`${path} is in no room: name it in test/import-rules.ts`];
    const room = rooms[name] as Room;
    return importsOf(path, text)
      .filter((specifier) => !isAllowed(specifier, name, room))
      .map((specifier) => `${path} imports ${specifier}: ${room.instead}`);
  });
}

function isAllowed(specifier: string, name: string, room: Room): boolean {
  if (specifier.startsWith('node:')) return true;
  if (specifier.startsWith('src/') || specifier === 'package.json') {
    const target = specifier === 'package.json' ? specifier : roomOf(specifier);
    return target === name || room.rooms.includes(target ?? '');
  }
  const packages =
    room.packages ??
    Object.keys(sdk.dependencies).map((dependency) => dependency.replace('baton-connector-messages', '#gen'));
  const allowed = packages.find((each) => specifier === each || specifier.startsWith(`${each}/`));
  if (allowed !== 'baton-connector-sdk') return allowed !== undefined;
  return specifier.replace('baton-connector-sdk', '.') in sdk.exports;
}

function roomOf(path: string): string | undefined {
  return Object.keys(rooms)
    .filter((name) => path === name || path.startsWith(`${name}/`))
    .sort((a, b) => b.length - a.length)[0];
}

/** Files that import each other, directly or not. */
function findCircles(sources: Sources): string[] {
  const graph = new Map(
    Array.from(sources, ([path, text]) => [path, importsOf(path, text).filter((specifier) => sources.has(specifier))]),
  );
  return circlesOf(graph).map((circle) => `${circle.join(', ')} import each other: move what they share below them`);
}

/** Rooms that may import each other by the rules themselves. */
export function findCirclesOfRooms(): string[] {
  const graph = new Map(
    Object.entries(rooms).map(([name, room]) => [name, room.rooms.filter((other) => other in rooms)]),
  );
  return circlesOf(graph).map((circle) => circle.join(', '));
}

/** Tarjan's strongly connected components with more than one member. */
function circlesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (node: string): number => {
    const index = order.size;
    order.set(node, index);
    lowest.set(node, index);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      const reached = order.has(next) ? (stack.includes(next) ? (order.get(next) ?? index) : index) : visit(next);
      lowest.set(node, Math.min(lowest.get(node) ?? index, reached));
    }
    if (lowest.get(node) === index) {
      const circle = stack.splice(stack.indexOf(node));
      if (circle.length > 1) circles.push(circle.sort());
    }
    return lowest.get(node) ?? index;
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return circles;
}
