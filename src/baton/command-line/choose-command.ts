// Finds the command that a command line names, and its arguments.
import { closestName } from '../config/closest-name.ts';
import type { Command, CommandSet } from './command.ts';
import type { Word } from './parse-arguments.ts';

export interface ChosenCommand {
  readonly command: Command;
  /** The words after the command's name. */
  readonly arguments: readonly string[];
  /** Whether the word `help` precedes the command's name, or stands alone. */
  readonly help: boolean;
  readonly faults: readonly string[];
}

/** The first word names the command; a preceding `help` requests its help. Without words: the default command. */
export function chooseCommand(words: readonly Word[], commands: CommandSet): ChosenCommand {
  const isName = ({ text }: Word) => text === 'help' || commands.named.some(({ name }) => name === text);
  const certain = words.filter((word) => !word.maybeValue || isName(word));
  const help = certain[0]?.text === 'help';
  const [name, ...rest] = certain.slice(help ? 1 : 0).map(({ text }) => text);
  if (name === undefined) return { command: commands.default, arguments: [], help, faults: [] };
  const command = commands.named.find((candidate) => candidate.name === name);
  if (!command) return { command: commands.default, arguments: [], help, faults: [describeUnknown(name, commands)] };
  const faults = command.argumentNames ? [] : rest.map((word) => `unexpected argument ${abbreviate(word)}`);
  return { command, arguments: rest, help, faults };
}

function describeUnknown(word: string, { named }: CommandSet): string {
  if (/^(?:true|false)$/i.test(word)) return `unexpected argument "${word}": write it as --flag=${word}`;
  const meant = closestName(word, ['help', ...named.filter(({ hidden }) => !hidden).map(({ name }) => name)]);
  return `unknown command ${abbreviate(word)}${meant ? `; did you mean ${meant}?` : ''}`;
}

/** A long word is unlikely to be a mistyped command and may be a secret that lost its flag. */
function abbreviate(word: string): string {
  return JSON.stringify(word.length > 24 ? `${word.slice(0, 8)}…` : word);
}
