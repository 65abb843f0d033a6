// Descriptions of settings for help and documentation.
import { type Field, variableName } from './field.ts';

/** The description of a setting with its restrictions: `required: The token (not supported yet)`. */
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
 * A Markdown table of settings, sorted by name: flag, variable, default and description. Hidden settings are omitted.
 * The key in the config file is the flag without its dashes.
 */
export function describeFields(fields: readonly Field[]): string {
  const rows = byName(fields.filter((field) => !field.hidden)).map((field) => [
    `\`--${field.name}\`${field.shorthand ? `, \`-${field.shorthand}\`` : ''}`,
    `\`${variableName(field)}\``,
    field.defaultText ? `\`${field.defaultText}\`` : '',
    describeField(field).replaceAll('|', '\\|'),
  ]);
  const lines = [['Flag', 'Variable', 'Default', 'Description'], ['---', '---', '---', '---'], ...rows];
  return `${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

/** Whether help and completion offer a setting: not one that is hidden, or has no effect, or only one valid value. */
export function isOffered({ hidden, unsupported }: Field): boolean {
  return !hidden && unsupported === undefined;
}

/** Sorts settings by name, as help shows them. */
export function byName(fields: readonly Field[]): readonly Field[] {
  return fields.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
