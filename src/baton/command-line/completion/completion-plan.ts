// What a shell can complete: commands, their flags, and the values of flags where they are known.
import type { Program } from '../../author/program.ts';
import { byName, describeField, isOffered } from '../../config/describe-fields.ts';
import type { Field } from '../../config/field.ts';
import { defaultFields } from '../../config/fields/default-fields.ts';
import { builtInFlags, type Command, type CommandSet } from '../command.ts';

export interface CompletionPlan {
  readonly programName: string;
  /** The flags of a command line that names no command. */
  readonly flags: readonly FlagCompletion[];
  /** Sorted by name, with `help` and without hidden commands. */
  readonly commands: readonly CommandCompletion[];
}

interface CommandCompletion {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly FlagCompletion[];
  /** The valid arguments. */
  readonly words: readonly string[];
}

export interface FlagCompletion {
  readonly name: string;
  readonly shorthand: string | undefined;
  readonly description: string;
  readonly value: ValueCompletion;
  /** Whether the flag may be repeated. */
  readonly isList: boolean;
}

/** The value of a flag: none, any text, the path of a file or folder, or one of a few words. */
export type ValueCompletion =
  | { readonly kind: 'none' | 'text' | 'file' | 'folder' }
  | { readonly kind: 'choice'; readonly choices: readonly string[] };

/** Omits hidden commands and flags, as help does. */
export function planCompletion(program: Program, commands: CommandSet): CompletionPlan {
  const named = commands.named.filter(({ hidden }) => !hidden);
  const names = [...named.map(({ name }) => name), 'help'].sort();
  const help = { name: 'help', summary: 'Show the help of a command', flags: describeFlags([]), words: names };
  return {
    programName: program.name,
    flags: describeFlags([...(commands.default.fields ?? []), ...program.fields]),
    commands: [...named.map((command) => describeCommand(command, program)), help].sort((a, b) =>
      a.name < b.name ? -1 : 1,
    ),
  };
}

function describeCommand(command: Command, program: Program): CommandCompletion {
  const { name, summary, fields = [], needsConnectorSettings, argumentChoices = [] } = command;
  return {
    name,
    summary,
    flags: describeFlags([...fields, ...(needsConnectorSettings ? program.fields : [])]),
    words: argumentChoices,
  };
}

function describeFlags(own: readonly Field[]): readonly FlagCompletion[] {
  const visible = [...own, ...defaultFields].filter(isOffered);
  return byName([...visible, ...builtInFlags]).map((field) => ({
    name: field.name,
    shorthand: field.shorthand,
    description: describeField(field),
    value: describeValue(field),
    isList: field.variant === 'string-slice',
  }));
}

function describeValue({ variant, oneOf, pathTo }: Field): ValueCompletion {
  if (variant === 'bool') return { kind: 'none' };
  if (oneOf) return { kind: 'choice', choices: oneOf as readonly string[] };
  return { kind: pathTo ?? 'text' };
}
