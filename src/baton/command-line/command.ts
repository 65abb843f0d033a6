// What a command is: the record that dispatch, help and completion are made from.
import type { Logger } from 'pino';
import type { Host } from '../author/host.ts';
import type { Program } from '../author/program.ts';
import type { Constraint } from '../config/constraint.ts';
import { boolField } from '../config/create-field.ts';
import type { Field, Settings } from '../config/field.ts';

/** One thing that the program can do. Each lies in a file of its own in src/commands. */
export interface Command {
  /** What stands on the command line; for the default command only documentation. */
  readonly name: string;
  /** One line without its full stop, for the list of commands. */
  readonly summary: string;
  /** More about it, for its own help. Default: the summary. */
  readonly description?: string;
  /** Left out of the list of commands. */
  readonly hidden?: boolean;
  /** Settings of its own, beside those of the connector and those that every connector has. */
  readonly fields?: readonly Field[];
  /** Rules between its own settings. */
  readonly constraints?: readonly Constraint[];
  /**
   * Whether another program starts it, with the settings that it has itself been given: those that do nothing here may
   * do something there, and are no fault.
   */
  readonly startedByProgram?: boolean;
  /** How help writes the words that it takes behind its name, such as `SHELL`. Absent: it takes none. */
  readonly argumentNames?: string;
  /** The words that it takes behind its name, if there are only a few: shells complete them. */
  readonly argumentChoices?: readonly string[];
  /** Whether it runs the connector, so that the connector's required settings must be there. */
  readonly needsConnectorSettings: boolean;
  /**
   * Does it.
   * @returns The exit code.
   * @throws UsageError for what the user must put right (exit 2); anything else is a failure (exit 1).
   */
  run(invocation: Invocation): Promise<number>;
}

/** The commands of a program. */
export interface CommandSet {
  /** What happens when no command is named. */
  readonly default: Command;
  readonly named: readonly Command[];
}

/** What a command gets. */
export interface Invocation {
  readonly program: Program;
  readonly commands: CommandSet;
  readonly settings: Settings;
  /** The words behind the command's name. */
  readonly arguments: readonly string[];
  readonly logger: Logger;
  /** For User-Agent headers: `baton-percipio/1.0.0`. */
  readonly userAgent: string;
  readonly host: Host;
}

// Flags that every command has and that are not settings: they have no variable and no key in the file.
export const helpFlag = boolField({ name: 'help', shorthand: 'h', description: 'Shows this help' });
export const versionFlag = boolField({ name: 'version', shorthand: 'v', description: 'Shows the version' });

export const builtInFlags = [helpFlag, versionFlag];
