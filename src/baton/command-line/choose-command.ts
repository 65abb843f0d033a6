// Finds out which command a command line names, and what it leaves for it.
import { closestName } from '../config/closest-name.ts';
import type { Command, CommandSet } from './command.ts';
import type { Word } from './parse-arguments.ts';

export interface ChosenCommand {
  readonly command: Command;
  /** The words behind the command's name. */
  readonly arguments: readonly string[];
  /** Whether the word `help` stood before the command's name, or alone. */
  readonly help: boolean;
  readonly faults: readonly string[];
}

/** The first word names the command; `help` before it asks for its help. Without a word it is the default command. */
export function chooseCommand(words: readonly Word[], commands: CommandSet): ChosenCommand {
  const isName = ({ text }: Word) => text === 'help' || commands.named.some(({ name }) => name === text);
  const certain = words.filter((word) => !word.doubtful || isName(word));
  const help = certain[0]?.text === 'help';
  const [name, ...rest] = certain.slice(help ? 1 : 0).map(({ text }) => text);
  if (name === undefined) return { command: commands.default, arguments: [], help, faults: [] };
  const command = commands.named.find((candidate) => candidate.name === name);
  if (!command) return { command: commands.default, arguments: [], help, faults: [describeUnknown(name, commands)] };
  const faults = command.argumentNames ? [] : rest.map((word) => `unexpected word ${abbreviate(word)}`);
  return { command, arguments: rest, help, faults };
}

function describeUnknown(word: string, { named }: CommandSet): string {
  if (/^(?:true|false)$/i.test(word)) return `unexpected word "${word}": write it behind the flag as --flag=${word}`;
  const meant = closestName(word, ['help', ...named.filter(({ hidden }) => !hidden).map(({ name }) => name)]);
  return `unknown command ${abbreviate(word)}${meant ? `; did you mean ${meant}?` : ''}`;
}

/** A long word is hardly a mistyped command, and may be a secret whose flag got lost. */
function abbreviate(word: string): string {
  return JSON.stringify(word.length > 24 ? `${word.slice(0, 8)}…` : word);
}
