// docs/parity.md names each flag in the row where it belongs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { builtInFlags } from '../src/baton/command-line/built-in-fields.ts';
import { defaultFields } from '../src/baton/config/default-fields.ts';
import type { Field } from '../src/baton/config/field.ts';
import { runCommand } from '../src/commands/run.ts';
import { percipioFields } from '../src/percipio/config.ts';

/** Flags that a Go connector on baton-sdk v0.20.2 refuses as unknown. */
const ours = ['output', 'region', 'report-lookback', 'report-timeout'];
const newer = ['external-resource-traits'];

const fields = [...builtInFlags, ...defaultFields, ...percipioFields, ...(runCommand.fields ?? [])];

const rows = readFileSync(new URL('../docs/parity.md', import.meta.url), 'utf8')
  .split('\n### Flags\n')[1]
  ?.split('\n## ')[0]
  ?.split('\n')
  .filter((line) => /^\| \*?`--/.test(line))
  .map((line) => line.slice(2, -2).split(' | ') as [flags: string, verdict: string]);

function namesWhere(verdict: RegExp): readonly string[] {
  const row = rows?.find(([, text]) => verdict.test(text));
  assert.ok(row, `docs/parity.md has no row of flags with the verdict ${verdict}`);
  return row[0].split(', ');
}

/** How the page writes flags: hidden ones in italics. */
function written(some: readonly Field[]): readonly string[] {
  return some
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, shorthand, hidden }) => {
      const flag = `\`--${name}\`${shorthand ? ` (\`-${shorthand}\`)` : ''}`;
      return hidden ? `*${flag}*` : flag;
    });
}

const isRefused = ({ unsupported }: Field) => unsupported?.answer === 'refuse' && !unsupported.values;
const isWithoutEffect = ({ unsupported }: Field) => unsupported !== undefined && unsupported.answer !== 'refuse';
const isOfBoth = ({ name }: Field) => !ours.includes(name) && !newer.includes(name);

for (const [what, verdict, belongs] of [
  ['work as in the Go connector', /^same/, (field) => isOfBoth(field) && !isRefused(field) && !isWithoutEffect(field)],
  ['are accepted without effect', /^accepted/, (field) => isOfBoth(field) && isWithoutEffect(field)],
  ['are refused', /^refused/, (field) => isOfBoth(field) && isRefused(field)],
  ['only newer Go connectors have', /^of baton-sdk v0\.25\.0/, ({ name }) => newer.includes(name)],
  ['no Go connector has', /^of this program alone/, ({ name }) => ours.includes(name)],
] as const satisfies readonly [string, RegExp, (field: Field) => boolean][]) {
  test(`docs/parity.md: its row of flags that ${what} holds just these`, () => {
    assert.deepEqual(namesWhere(verdict), written(fields.filter(belongs)));
  });
}
