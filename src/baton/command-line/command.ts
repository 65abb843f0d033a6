// What a command is: the record from which dispatch, help and completion are derived.
import type { Logger } from 'pino';
import type { Host } from '../author/host.ts';
import type { Program } from '../author/program.ts';
import type { Constraint } from '../config/constraint.ts';
import { boolField } from '../config/create-field.ts';
import type { Field, Settings } from '../config/field.ts';
import type { SettingSources } from '../config/resolve-settings.ts';
import type { LiveDisplay } from '../log/live-display.ts';
import type { Environment } from '../net/environment.ts';
import type { Waits } from '../net/waits.ts';

/** A command of the program. Each has its own file in `commands/`. */
export interface Command {
  /** Its word on the command line. The default command needs none; there it only appears in messages. */
  readonly name: string;
  /** One line without a full stop, for the list of commands. */
  readonly summary: string;
  /** The text of its own help; a function gets the name of the program. Default: the summary. */
  readonly description?: string | ((programName: string) => string);
  /** Omitted from the list of commands. */
  readonly hidden?: boolean;
  /** Its own settings, in addition to those of the connector and those of every connector. */
  readonly fields?: readonly Field[];
  /** Settings of every connector that it reads, for its help. */
  readonly uses?: readonly Field[];
  /** Such settings of which it reads only the flag, with the description of what that does here. */
  readonly usesFlags?: readonly Field[];
  /** Rules between its own settings. */
  readonly constraints?: readonly Constraint[];
  /**
   * Whether another program starts it and passes on its own settings. Settings that are unsupported here may have an
   * effect there, so they are not reported.
   */
  readonly startedByProgram?: boolean;
  /** Its arguments as help shows them, such as `SHELL`. Default: it takes none. */
  readonly argumentNames?: string;
  /** The valid arguments, if there are only a few: shells complete them. */
  readonly argumentChoices?: readonly string[];
  /** Whether it runs the connector, so that the connector's required settings must be set. */
  readonly needsConnectorSettings: boolean;
  /**
   * Its log is for a machine: unless the user chooses another format, stderr has lines of JSON only, each with these
   * fields. It gets the environment.
   */
  readonly jsonLogFields?: (env: Environment) => Readonly<Record<string, string>>;
  /** Whether it sends telemetry, if there is a collector for it. */
  readonly sendsTelemetry?: boolean;
  /**
   * Runs the command.
   * @returns The exit code.
   * @throws UsageError for the user's mistakes (exit code 2); anything else is a failure (exit code 1).
   */
  run(invocation: Invocation): Promise<number>;
}

/** The commands of a program. */
export interface CommandSet {
  /** Runs when no command is named. */
  readonly default: Command;
  readonly named: readonly Command[];
}

/** What a command runs with. */
export interface Invocation {
  readonly program: Program;
  readonly commands: CommandSet;
  readonly settings: Settings;
  /** Where the settings come from, for commands that get further ones while they run. */
  readonly sources: SettingSources;
  /** The words after the command's name. */
  readonly arguments: readonly string[];
  readonly logger: Logger;
  /** Hides further secrets, which only became known while the command runs, in the log and in the final error. */
  hideSecrets(secrets: Iterable<string>): void;
  /** What the command waits for. It is shown while the command runs. */
  readonly waits: Waits;
  /** Shows what the command does. Undefined if there is no terminal, or it must show only the log. */
  readonly live: LiveDisplay | undefined;
  /** For User-Agent headers: `baton-percipio/1.0.0`. */
  readonly userAgent: string;
  readonly host: Host;
}

// Flags that every command has and that are not settings: they have no variable and no key in the file.
export const helpFlag = boolField({ name: 'help', shorthand: 'h', description: 'Show this help' });
export const helpAllFlag = boolField({ name: 'help-all', description: 'Show this help with all flags' });
export const versionFlag = boolField({ name: 'version', shorthand: 'v', description: 'Show the version' });

export const builtInFlags: readonly Field[] = [helpFlag, helpAllFlag, versionFlag];
