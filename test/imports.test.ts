// Which part may import which: the folders of src are parts with a direction, and this test keeps it.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import sdk from '../src/baton/package.json' with { type: 'json' };

interface Rule {
  /** Files below this folder … */
  readonly from: string;
  /** … import none of these: folders below src, or packages. */
  readonly not: readonly string[];
  readonly instead: string;
}

const rules: readonly Rule[] = [
  {
    from: 'src/baton/',
    not: ['src/percipio/', 'src/simulator/', 'src/commands/'],
    instead: 'the runtime knows no application: pass it in through connector.ts or program.ts',
  },
  {
    from: 'src/percipio/',
    not: [
      'src/commands/',
      'src/simulator/',
      'src/baton/server/',
      'src/baton/sync/',
      'src/baton/c1z/',
      'src/baton/client/',
    ],
    instead: 'an adapter implements connector.ts and leaves serving and syncing to the runtime',
  },
  {
    from: 'src/percipio/api/',
    not: ['#gen/', '@bufbuild/protobuf', '@connectrpc/connect', 'src/baton/', 'src/percipio/report/scan/'],
    instead: 'api/ knows HTTP and JSON; map to messages in src/percipio/*.ts',
  },
  {
    from: 'src/percipio/report/scan/',
    not: ['#gen/', '@bufbuild/protobuf', '@connectrpc/connect', 'src/baton/'],
    instead: 'activity/ knows rows and ids; map to grants in src/percipio/courses/course-grants.ts',
  },
  {
    from: 'src/simulator/percipio/',
    not: ['src/baton/', 'src/percipio/', 'src/commands/', '#gen/c1/connector/'],
    instead: 'a simulator shares no code with what it judges',
  },
  {
    from: 'src/simulator/conductorone/',
    not: ['src/baton/', 'src/percipio/', 'src/commands/', 'src/simulator/percipio/', 'jose'],
    instead: 'a simulator shares no code with what it judges; the contract in gen/ is all that both have',
  },
];

function importsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  const specifiers = [
    ...text.matchAll(/^(?:import|export)\b[^;]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm),
  ];
  return specifiers
    .map(([, a, b, c]) => a ?? b ?? c ?? '')
    .map((specifier) => (specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : specifier));
}

for (const { from, not, instead } of rules) {
  test(`${from} imports nothing of ${not.join(', ')}`, () => {
    const files = globSync(`${from}**/*.ts`);
    assert.ok(files.length > 0, `there are no files below ${from}`);
    const faults = files.flatMap((file) =>
      importsOf(file)
        .filter((specifier) => not.some((banned) => specifier.startsWith(banned)))
        .map((specifier) => `${file} imports ${specifier}`),
    );
    assert.deepEqual(faults, [], instead);
  });
}

test('the packages that the SDK imports are its dependencies', () => {
  const specifiers = globSync('src/baton/**/*.ts').flatMap(importsOf);
  const packages = specifiers
    .filter((specifier) => !/^(src\/|node:)/.test(specifier))
    .map((specifier) => specifier.replace(/^#gen\//, 'baton-connector-messages/'))
    .map((specifier) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0]);
  // Declarations name types of Node, which no import shows.
  assert.deepEqual([...new Set([...packages, '@types/node'])].sort(), Object.keys(sdk.dependencies).sort());
});

test('the check sees imports', () => {
  assert.ok(importsOf('src/percipio/users/users.ts').includes('baton-connector-sdk'));
});
