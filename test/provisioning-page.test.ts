import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { BatonActionSchemaSchema } from '#gen/c1/connector/v2/action_pb.js';
import type { PercipioContext } from '../src/percipio/context.ts';
import { accountSchema } from '../src/percipio/users/account-schema.ts';
import { createActions } from '../src/percipio/users/user-actions.ts';

const page = await readFile(new URL('../docs/provisioning.md', import.meta.url), 'utf8');

/** What stands between backticks in the given cells of the rows of the table below a heading, row by row. */
function namesBelow(heading: string, ...cells: number[]): string[][] {
  const section = page.split(`\n## ${heading}\n`)[1] ?? '';
  const table = /(?:^\|.*\n)+/m.exec(section)?.[0] ?? '';
  const rows = table.trimEnd().split('\n').slice(2);
  return rows.map((row) =>
    cells.flatMap((cell) => [...(row.split('|')[cell] ?? '').matchAll(/`(\w+)`/g)]).map((m) => m[1] ?? ''),
  );
}

test('the page names the fields of an account', () => {
  assert.deepEqual(namesBelow('Accounts', 1).flat(), Object.keys(accountSchema.fieldMap));
});

test('the page names the actions and their arguments', () => {
  const schemas = createActions({} as PercipioContext).map(({ schema }) => create(BatonActionSchemaSchema, schema));
  assert.deepEqual(
    namesBelow('Actions', 1, 2),
    schemas.map(({ name, arguments: args }) => [name, ...args.map((argument) => argument.name)]),
  );
});
