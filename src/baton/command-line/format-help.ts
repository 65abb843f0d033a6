// Help texts, laid out like those of Go connectors.
import type { Program } from '../author/program.ts';
import { byName, describeField, isOffered } from '../config/describe-fields.ts';
import { type Field, type Variant, variableName } from '../config/field.ts';
import { defaultFields } from '../config/fields/default-fields.ts';
import { logFields } from '../config/fields/log.ts';
import { builtInFlags, type Command, type CommandSet } from './command.ts';

export interface HelpOptions {
  /** How the user starts the program, such as `npm start --`. */
  readonly startCommand: string;
  /** All flags that have an effect, hidden ones too. Default: those that the command is about. */
  readonly all?: boolean;
  /** Width of the terminal. Without it, nothing is wrapped. */
  readonly columns?: number | undefined;
}

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
export function formatProgramHelp(program: Program, commands: CommandSet, options: HelpOptions): string {
  const { startCommand, all = false, columns } = options;
  const listed = [...commands.named, { name: 'help', summary: 'Show the help of a command' }];
  const visible = listed.filter((command) => !('hidden' in command && command.hidden));
  const width = Math.max(...visible.map((command) => command.name.length)) + 2;
  const fields = [...(commands.default.fields ?? []), ...program.fields, ...defaultFields];
  return joinSections([
    describeCommand(program, commands.default),
    `Usage:\n  ${startCommand} [flags]\n  ${startCommand} [command]`,
    `Available Commands:\n${visible
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map((command) => `  ${command.name.padEnd(width)}${command.summary}`)
      .join('\n')}`,
    `Flags:\n${formatFlags([...offered(fields, all), ...builtInFlags], columns)}`,
    ...(all
      ? []
      : [wrap(`Use "${startCommand} --help-all" for all flags, such as those for single changes.`, 0, columns)]),
    wrap(`Use "${startCommand} [command] --help" for more about a command.`, 0, columns),
  ]);
}

/**
 * Formats the help of a command: its own flags, the settings that it requires, and those of the log; with `all`, also the
 * settings of the connector if it runs one, and those of all commands.
 */
export function formatCommandHelp(program: Program, command: Command, options: HelpOptions): string {
  const { startCommand, all = false, columns } = options;
  const settings = command.needsConnectorSettings ? program.fields : [];
  const { usesFlags = [] } = command;
  const own = [...(command.fields ?? []), ...(command.uses ?? []), ...usesFlags];
  const shown = [...own, ...settings.filter((field) => all || field.required)];
  const shared = defaultFields.filter(
    (field) => (all || isOfLog(field)) && !own.some(({ name }) => name === field.name),
  );
  const usage = [startCommand, command.name, command.argumentNames, '[flags]'].filter(Boolean).join(' ');
  const rest = `flags that every command has${command.needsConnectorSettings ? ', and all settings of the connector' : ''}`;
  return joinSections([
    describeCommand(program, command),
    `Usage:\n  ${usage}`,
    `Flags:\n${formatFlags([...offered(shown), ...builtInFlags], columns, usesFlags)}`,
    `${all ? 'Global' : 'Log'} Flags:\n${formatFlags(offered(shared), columns)}`,
    ...(all ? [] : [wrap(`Use "${startCommand} ${command.name} --help-all" for the ${rest}.`, 0, columns)]),
  ]);
}

function describeCommand({ name }: Program, { description, summary }: Command): string {
  return (typeof description === 'function' ? description(name) : description) ?? summary;
}

function isOfLog(field: Field): boolean {
  return logFields.some(({ name }) => name === field.name);
}

function offered(fields: readonly Field[], all = false): readonly Field[] {
  return fields.filter((field) => isOffered(all ? { ...field, hidden: false } : field));
}

function joinSections(sections: readonly string[]): string {
  return `${sections.join('\n\n')}\n`;
}

/** @param alone - Flags without a variable, besides those of every command. */
function formatFlags(fields: readonly Field[], columns: number | undefined, alone: readonly Field[] = []): string {
  const hasVariable = (field: Field) => !builtInFlags.includes(field) && !alone.includes(field);
  const flags = byName(fields).map((field) => ({
    left: `${field.shorthand ? `  -${field.shorthand}, ` : '      '}--${field.name}${valueNames[field.variant]}`,
    right: hasVariable(field) ? `${describeField(field)} ${describeOrigin(field)}` : field.description,
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
