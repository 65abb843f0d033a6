// The direction of imports: what test/import-rules.ts allows holds, and the check catches what it does not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { libraries } from '../src/baton/explore/libraries.ts';
import sdk from '../src/baton/package.json' with { type: 'json' };
import { findCirclesOfRooms, findFaults, importsOf, readSources, rooms } from './import-rules.ts';

const sources = readSources();

test('each part of src imports only what it may, and no files import each other', () => {
  assert.ok(sources.size > 300, `only ${sources.size} sources were read`);
  assert.deepEqual(findFaults(sources), []);
});

test('the rules themselves have no circle, and each of them is about something', () => {
  assert.deepEqual(findCirclesOfRooms(), []);
  const empty = Object.keys(rooms).filter((room) => ![...sources.keys()].some((path) => path.startsWith(room)));
  assert.deepEqual(empty, []);
});

test('the packages that the SDK imports are its dependencies', () => {
  const specifiers = [...sources].flatMap(([path, text]) =>
    path.startsWith('src/baton/') ? importsOf(path, text) : [],
  );
  const packages = specifiers
    .filter((specifier) => !/^(src\/|node:)/.test(specifier))
    .map((specifier) => specifier.replace(/^#gen\//, 'baton-connector-messages/'))
    .map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0]);
  // Declarations name types of Node, which no import shows. Browsers import the libraries of pages.
  const imported = new Set([...packages, '@types/node', ...Object.values(libraries).map((name) => name.split('/')[0])]);
  assert.deepEqual([...imported].sort(), Object.keys(sdk.dependencies).sort());
});

const planted = [
  {
    title: 'a part of the SDK that is not exported, by its path',
    path: 'src/percipio/users/users.ts',
    line: "import { createPageToken } from '../../baton/services/lists/page-token.ts';",
    fault:
      'src/percipio/users/users.ts imports src/baton/services/lists/page-token.ts: what users share with other types belongs below both; of the SDK there is what it exports',
  },
  {
    title: 'a part of the SDK that is not exported, by its name',
    path: 'src/percipio/users/users.ts',
    line: "import { createPageToken } from 'baton-connector-sdk/services/lists/page-token.ts';",
    fault:
      'src/percipio/users/users.ts imports baton-connector-sdk/services/lists/page-token.ts: what users share with other types belongs below both; of the SDK there is what it exports',
  },
  {
    title: 'services that know their server',
    path: 'src/baton/services/connector-service.ts',
    line: "import type { GrpcServer } from '../server/grpc/grpc-server.ts';",
    fault:
      'src/baton/services/connector-service.ts imports src/baton/server/grpc/grpc-server.ts: a service knows the connector, not who calls it: pass it through the call context',
  },
  {
    title: 'an SDK that knows its connector, in double quotes',
    path: 'src/baton/commands/serve.ts',
    line: 'import { percipioFields } from "../../percipio/config.ts";',
    fault: 'src/baton/commands/serve.ts imports src/percipio/config.ts: a command wires the parts of the SDK',
  },
  {
    title: 'import() over several lines',
    path: 'src/percipio/connector.ts',
    line: "const { startPercipioSimulator } = await import(\n  '../simulator/percipio/percipio-simulator.ts'\n);",
    fault:
      'src/percipio/connector.ts imports src/simulator/percipio/percipio-simulator.ts: a connector puts its parts together; of the SDK there is what it exports',
  },
  {
    title: 'a simulator that shares a package with what it judges',
    path: 'src/simulator/conductorone/verify-assertion.ts',
    line: "export * from 'jose';",
    fault:
      'src/simulator/conductorone/verify-assertion.ts imports jose: a simulator shares no code with what it judges: the contract in gen/ is all that both have',
  },
  {
    title: 'a file outside of every room',
    path: 'src/helpers.ts',
    line: '',
    fault: 'src/helpers.ts is in no room: name it in test/import-rules.ts',
  },
];

for (const { title, path, line, fault } of planted) {
  test(`the check catches ${title}`, () => {
    assert.deepEqual(findFaults(new Map([...sources, [path, `${line}\n${sources.get(path) ?? ''}`]])), [fault]);
  });
}

test('the check catches a circle, though all in it are types', () => {
  const files = new Map([
    ['src/baton/sync/a.ts', "import type { B } from './b.ts';"],
    ['src/baton/sync/b.ts', "export type { C } from './c.ts';"],
    ['src/baton/sync/c.ts', "import type { A } from './a.ts';"],
    ['src/baton/sync/d.ts', "import type { A } from './a.ts';"],
  ]);
  assert.deepEqual(findFaults(files), [
    'src/baton/sync/a.ts, src/baton/sync/b.ts, src/baton/sync/c.ts import each other: move what they share below them',
  ]);
});
