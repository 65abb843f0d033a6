// Settings in words, for help and for the documentation.
import { type Field, variableName } from './field.ts';

/** What a setting means, with what must be known of it: `required: The token (not supported yet)`. */
export function describeField(field: Field): string {
  const required = field.required ? 'required: ' : '';
  return `${required}${field.description}${describeSupport(field)}`;
}

function describeSupport({ unsupported }: Field): string {
  if (!unsupported) return '';
  if (unsupported.values) return ` (not supported yet: ${unsupported.values.join(', ')})`;
  return unsupported.answer === 'refuse' ? ' (not supported yet)' : ' (has no effect yet)';
}

/**
 * A table of settings in Markdown, by name: flag, variable, default and meaning. Hidden ones are left out. The key in
 * the configuration file is the flag's name without its dashes.
 */
export function describeFields(fields: readonly Field[]): string {
  const rows = byName(fields.filter((field) => !field.hidden)).map((field) => [
    `\`--${field.name}\`${field.shorthand ? `, \`-${field.shorthand}\`` : ''}`,
    `\`${variableName(field)}\``,
    field.defaultText ? `\`${field.defaultText}\`` : '',
    describeField(field).replaceAll('|', '\\|'),
  ]);
  const lines = [['Flag', 'Variable', 'Default', 'Meaning'], ['---', '---', '---', '---'], ...rows];
  return `${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

/** By name, as help shows them. */
export function byName(fields: readonly Field[]): readonly Field[] {
  return fields.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
