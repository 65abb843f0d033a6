// Generates the tables of settings in docs/deploy.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { runCommand } from '../src/baton/commands/run.ts';
import { describeFields } from '../src/baton/config/describe-fields.ts';
import type { Field } from '../src/baton/config/field.ts';
import { defaultFields } from '../src/baton/config/fields/default-fields.ts';
import { percipioFields } from '../src/percipio/config.ts';

const { fields: ownFields = [] } = runCommand;
const hidden = [...percipioFields, ...defaultFields, ...ownFields].filter((field) => field.hidden);

/** The fields of each table by its heading, which has no other table below it. */
const tables: Readonly<Record<string, readonly Field[]>> = {
  'Connector settings': percipioFields,
  'Common Baton settings': defaultFields,
  'Single-sync settings': ownFields,
  'Hidden settings': hidden.map((field) => ({ ...field, hidden: false })),
};

/**
 * Returns the page with up-to-date tables.
 * @throws Error that names a heading without a table.
 */
export function describeSettings(page: string): string {
  return Object.entries(tables).reduce((text, [heading, fields]) => {
    const place = new RegExp(`(^### ${heading}\n(?:\n|[^#|\n].*\n)*)(?:\\|.*\n)+`, 'm');
    if (!place.test(text)) throw new Error(`no table below the heading "${heading}"`);
    return text.replace(place, (_, before: string) => before + describeFields(fields));
  }, page);
}

if (import.meta.main) {
  const path = new URL('../docs/deploy.md', import.meta.url);
  writeFileSync(path, describeSettings(readFileSync(path, 'utf8')));
}
