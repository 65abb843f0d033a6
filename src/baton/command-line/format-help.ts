// Help texts, laid out like those of Go connectors.
import type { Program } from '../author/program.ts';
import { byName, describeField } from '../config/describe-fields.ts';
import { type Field, type Variant, variableName } from '../config/field.ts';
import { defaultFields } from '../config/fields/default-fields.ts';
import { builtInFlags, type Command, type CommandSet } from './command.ts';

/** The kind of value of a flag, as help shows it. */
const valueNames: Record<Variant, string> = {
  string: ' string',
  bool: '',
  int: ' int',
  'string-slice': ' strings',
  duration: ' duration',
};

/** With fewer columns than this for descriptions, they go on their own lines. */
const columnsMin = 40;

/** Formats the help of the program: its commands, and the flags of the default command. */
export function formatProgramHelp(program: Program, commands: CommandSet, columns?: number): string {
  const listed = [...commands.named, { name: 'help', summary: 'Show the help of a command' }];
  const visible = listed.filter((command) => !('hidden' in command && command.hidden));
  const width = Math.max(...visible.map((command) => command.name.length)) + 2;
  const fields = [...(commands.default.fields ?? []), ...program.fields, ...defaultFields];
  return joinSections([
    commands.default.description ?? commands.default.summary,
    `Usage:\n  ${program.name} [flags]\n  ${program.name} [command]`,
    `Available Commands:\n${visible
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map((command) => `  ${command.name.padEnd(width)}${command.summary}`)
      .join('\n')}`,
    `Flags:\n${formatFlags(fields, columns)}`,
    `Use "${program.name} [command] --help" for more about a command.`,
  ]);
}

/** Formats the help of a command: its own flags, those of the connector if it runs one, and those of all commands. */
export function formatCommandHelp(program: Program, command: Command, columns?: number): string {
  const own = [...(command.fields ?? []), ...(command.needsConnectorSettings ? program.fields : [])];
  const usage = [program.name, command.name, command.argumentNames, '[flags]'].filter(Boolean).join(' ');
  return joinSections([
    command.description ?? command.summary,
    `Usage:\n  ${usage}`,
    `Flags:\n${formatFlags(own, columns)}`,
    `Global Flags:\n${formatFlags(defaultFields, columns, [])}`,
  ]);
}

function joinSections(sections: readonly string[]): string {
  return `${sections.join('\n\n')}\n`;
}

function formatFlags(fields: readonly Field[], columns?: number, builtIn: readonly Field[] = builtInFlags): string {
  const flags = byName([...fields.filter((field) => !field.hidden), ...builtIn]).map((field) => ({
    left: `${field.shorthand ? `  -${field.shorthand}, ` : '      '}--${field.name}${valueNames[field.variant]}`,
    right: builtIn.includes(field) ? field.description : `${describeField(field)} ${describeOrigin(field)}`,
  }));
  const indent = Math.max(...flags.map(({ left }) => left.length)) + 3;
  if (columns === undefined || columns >= indent + columnsMin) {
    return flags.map(({ left, right }) => left.padEnd(indent) + wrap(right, indent, columns)).join('\n');
  }
  return flags.map(({ left, right }) => `${left}\n${' '.repeat(10)}${wrap(right, 10, columns)}`).join('\n');
}

function describeOrigin(field: Field): string {
  const text = field.variant === 'string' ? JSON.stringify(field.defaultText) : field.defaultText;
  return `($${variableName(field)})${field.defaultText ? ` (default ${text})` : ''}`;
}

/** Wraps a text at words and indents all lines but the first. Without the width of a terminal it does not wrap. */
function wrap(text: string, indent: number, columns = Number.POSITIVE_INFINITY): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > columns - indent) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}
