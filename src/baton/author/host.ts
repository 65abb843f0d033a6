// The process that a command runs in, as values: commands and their tests need no globals.
import { constants } from 'node:os';
import type { Readable } from 'node:stream';

/** What a command gets of its process. */
export interface Host {
  /** How the user starts this program, for hints: `npm start --`. Default: the program's name. */
  readonly startCommand?: string;
  /** Without the interpreter and the script. */
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Only commands that take input read it. */
  readonly stdin?: Readable;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborts when the program must stop, with a {@link StopRequest} as its reason. */
  readonly signal: AbortSignal;
  /** Hands over what happens to the process itself, and what happened before. Default: Node prints it. */
  watch?(watcher: ProcessWatcher): void;
}

/** Receives what no command catches. */
export interface ProcessWatcher {
  /** Node warns, such as of a deprecated feature. */
  onWarning(warning: Error): void;
  /** Nobody caught an error. Returns the exit code, with which the process ends at once. */
  onUncaught(error: unknown): number;
}

/** A destination of text, such as `process.stdout`. */
export interface Output {
  /** @param written - Called when the text has been written. A stream with a `writableLength` must call it. */
  write(text: string, written?: () => void): unknown;
  /** The amount of text that has not been written yet. */
  readonly writableLength?: number | undefined;
  readonly isTTY?: boolean | undefined;
  /** Width of the terminal. */
  readonly columns?: number | undefined;
}

/** The reason that aborts {@link Host.signal} when the process receives a signal. */
export class StopRequest extends Error {
  /** The exit code that shells report for a process killed by this signal: 128 plus the signal's number. */
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.name = 'StopRequest';
    this.exitCode = 128 + constants.signals[signal];
  }
}
