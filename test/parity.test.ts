// docs/parity.md names each flag in the list where it belongs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { builtInFlags } from '../src/baton/command-line/command.ts';
import { runCommand } from '../src/baton/commands/run.ts';
import type { Field } from '../src/baton/config/field.ts';
import { defaultFields } from '../src/baton/config/fields/default-fields.ts';
import { percipioFields } from '../src/percipio/config.ts';

/** Flags that a Go connector on baton-sdk v0.20.2 refuses as unknown. */
const ours = ['output', 'password-file', 'region', 'report-lookback', 'report-mapping', 'report-timeout'];
const newer = ['external-resource-traits'];

const fields = [...builtInFlags, ...defaultFields, ...percipioFields, ...(runCommand.fields ?? [])];

const page = readFileSync(new URL('../docs/parity.md', import.meta.url), 'utf8');

/** The flags of the list item that begins with a verdict. */
function namesWhere(verdict: string): readonly string[] {
  const item = page.split('\n').find((line) => line.startsWith(`- ${verdict}`));
  assert.ok(item, `docs/parity.md has no list of flags that begins with "${verdict}"`);
  return /: (.*?)\.(?: |$)/.exec(item)?.[1]?.split(', ') ?? [];
}

/** How the page writes flags: hidden ones in italics. */
function written(some: readonly Field[]): readonly string[] {
  return some
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, shorthand, hidden }) => {
      const flag = `\`--${name}\`${shorthand ? ` (\`-${shorthand}\`)` : ''}`;
      return hidden ? `_${flag}_` : flag;
    });
}

const isRefused = ({ unsupported }: Field) => unsupported?.answer === 'refuse' && !unsupported.values;
const isWithoutEffect = ({ unsupported }: Field) => unsupported !== undefined && unsupported.answer !== 'refuse';
const isOfBoth = ({ name }: Field) => !ours.includes(name) && !newer.includes(name);

for (const [what, verdict, belongs] of [
  ['work as in the Go connector', 'Same: ', (field) => isOfBoth(field) && !isRefused(field) && !isWithoutEffect(field)],
  [
    'are accepted without effect',
    'Accepted, without effect (yet): ',
    (field) => isOfBoth(field) && isWithoutEffect(field),
  ],
  ['are refused', 'Refused with the reason, as not supported yet: ', (field) => isOfBoth(field) && isRefused(field)],
  [
    'only newer Go connectors have',
    'Of baton-sdk v0.25.0, and refused as not supported yet: ',
    ({ name }) => newer.includes(name),
  ],
  ['no Go connector has', 'Of this program alone: ', ({ name }) => ours.includes(name)],
] as const satisfies readonly [string, string, (field: Field) => boolean][]) {
  test(`docs/parity.md: its list of flags that ${what} holds just these`, () => {
    assert.deepEqual(namesWhere(verdict), written(fields.filter(belongs)));
  });
}
