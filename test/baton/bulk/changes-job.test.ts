// --changes with a connector of another application: what it has decides what a file can contain.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { action } from '../../../src/baton/author/action.ts';
import type { Connector } from '../../../src/baton/author/connector.ts';
import type { ConnectorEnvironment } from '../../../src/baton/author/program.ts';
import type { Settings } from '../../../src/baton/config/field.ts';
import { buildResource } from '../../../src/baton/messages/resource.ts';
import { lendingProgram } from '../commands/lending-program.ts';
import { createLendingPlace } from '../commands/run-lending.ts';
import { createLendingLibrary, readLibrary } from '../lending-library.ts';
import { readerType } from '../library-connector.ts';

const settings: unknown[] = [];

/** Settings of a reader, of every type that an argument can have. */
const settle = action(
  {
    name: 'settle',
    arguments: [
      { name: 'reader', isRequired: true, field: { case: 'resourceIdField', value: {} } },
      { name: 'fine', isRequired: true, field: { case: 'intField', value: {} } },
      { name: 'blocked', field: { case: 'boolField', value: {} } },
      { name: 'tags', field: { case: 'stringSliceField', value: {} } },
      { name: 'notes', field: { case: 'stringMapField', value: {} } },
    ],
  },
  z.looseObject({}),
  async (args) => {
    settings.push(args);
    return {};
  },
);

async function createPlace(t: Parameters<typeof createLendingPlace>[0], { isNamed = true } = {}) {
  const place = await createLendingPlace(t);
  const path = join(place.folder, 'library.json');
  const library = createLendingLibrary(path);
  const calls: (number | undefined)[] = [];
  const program = {
    ...lendingProgram,
    connector: (_settings: Settings, { concurrency }: ConnectorEnvironment): Connector => {
      calls.push(concurrency);
      return {
        ...library,
        actions: [...(library.actions ?? []), settle],
        ...(isNamed && {
          naming: {
            target: 'the library',
            accountFields: ['login'],
            findAccount: async (name) => {
              const [id = '', displayName = ''] =
                Object.entries(readLibrary(path).readers).find(([, each]) => each === name) ?? [];
              return id === '' ? undefined : buildResource({ type: readerType, id, displayName });
            },
          },
        }),
      };
    },
  };
  return {
    ...place,
    calls,
    run: async (text: string, ...argv: string[]) => {
      writeFileSync(join(place.folder, 'changes'), text);
      return await place.run(['--changes=changes', '--output=json', ...argv], { program });
    },
  };
}

test('the types of arguments decide how cells are read', async (t) => {
  const place = await createPlace(t);
  const csv = await place.run('change,person,fine,blocked,notes.Front desk\nsettle,Ann,-12,YES,late\n');
  assert.equal(JSON.parse(csv.stdout).done, 1, csv.stderr + csv.stdout);
  const json = await place.run(
    '{"change":"settle","person":"Bob","fine":3,"blocked":false,"tags":["a"],"notes":{"x":"y"}}',
  );
  assert.equal(JSON.parse(json.stdout).done, 1, json.stderr + json.stdout);
  const reader = (id: string) => ({ resource_type_id: 'reader', resource_id: id });
  assert.deepEqual(settings.splice(0), [
    { reader: reader('r0'), fine: -12, blocked: true, notes: { 'Front desk': 'late' } },
    { reader: reader('r1'), fine: 3, blocked: false, tags: ['a'], notes: { x: 'y' } },
  ]);
});

test('cells of another type are faults, and so are changes that the connector does not have', async (t) => {
  const place = await createPlace(t);
  const { exitCode, stderr } = await place.run(
    'change,person,fine,blocked,tags,notes.x\nsettle,Ann,1.5,perhaps,a,b\nsettle,Bob,,,,\ndeactivate,Ann,,,,\n',
  );
  assert.equal(exitCode, 2);
  assert.deepEqual(
    stderr
      .split('\n')
      .slice(1, -2)
      .map((line) => line.trim().replace('--changes: changes ', '')),
    [
      'line 2: fine must be a whole number',
      'line 2: blocked must be true or false',
      'line 2: tags can only be set in NDJSON, as JSON of its type',
      'line 2: settle needs fine',
      'line 3: settle needs fine',
      'line 4: unknown change "deactivate"; valid changes: create, remind, settle',
    ],
  );
});

test('accounts are created with login and e-mail, and actions that fail are failures', async (t) => {
  const place = await createPlace(t);
  const { exitCode, stdout } = await place.run(
    'change,login,email,person,text\ncreate,dora,d@x.test,,\ncreate,refused,,,\ncreate,late,,,\nremind,,,Cleo,Book 1\n',
  );
  const { outcomes, failed } = JSON.parse(stdout);
  assert.deepEqual([exitCode, outcomes, failed], [1, { created: 1, 'in-progress': 1, done: 1 }, 1]);
  assert.ok(
    place.library().asked.includes('create dora <d@x.test first> {"email":"d@x.test"} with the usual credential'),
  );
  assert.deepEqual(place.library().reminders, ['r2: Book 1']);
});

test('a connector that does not say how people are named has no changes from files', async (t) => {
  const place = await createPlace(t, { isNamed: false });
  const { exitCode, stderr } = await place.run('change,person\nremind,Ann\n');
  assert.equal(exitCode, 2);
  assert.match(stderr, /--changes: this connector does not support it/);
});

test('the connector learns how many calls it gets at once: four, or as many as there are workers', async (t) => {
  const place = await createPlace(t);
  await place.run('change,person\nremind,Ann\n');
  await place.run('change,person\nremind,Ann\n', '--workers=7');
  assert.deepEqual(place.calls, [4, 7]);
});
