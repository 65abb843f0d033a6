// What a connector's methods get besides their request: how a call is aborted, logged and reported.
import type { Logger } from 'pino';

/** What every method of a connector gets besides its request. */
export interface Context {
  /** Aborts when the caller cancels, its deadline passes, or the program stops. Pass it on to everything that waits. */
  readonly signal: AbortSignal;
  /** Adds the fields of the call to each line. Never log a secret, nor a personal attribute above debug level. */
  readonly logger: Logger;
  /** The running sync, if the caller named it. Keep what you cache for a sync under this id. */
  readonly syncId: string | undefined;
  /** Values shared by all processes that serve this sync. Absent if the caller stores none or named no sync. */
  readonly session?: SessionStore | undefined;
  /** Reports what the operator should know and a response has no field for. */
  readonly reporter: Reporter;
}

/**
 * A few small values of one sync, kept by whoever runs the sync until it ends, so that a process that takes over finds
 * what another one left. Values may get lost, and two processes may write at once: the last write wins.
 */
export interface SessionStore {
  /** The value of a key, or undefined if it has none. */
  get(key: string, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** @param key - 1 to 512 characters. */
  set(key: string, value: Uint8Array, signal: AbortSignal): Promise<void>;
}

/** Collects what happens during a call, for the progress line and the summary of a sync. */
export interface Reporter {
  /**
   * Counts items that the application returned and that become neither a resource nor a grant.
   * @param reason - A short phrase that reads well after a number: `activity rows with status Abandoned`.
   * @param count - How many; 1 by default.
   */
  countSkipped(reason: string, count?: number): void;
  /**
   * Adds a warning that the operator sees at the end of a sync, such as a configured course that does not exist. During
   * the creation of an account and the deletion of a resource, it is also an annotation of the response
   * (`google.rpc.LocalizedMessage`).
   */
  warn(message: string): void;
  /** Reports the progress of long work within one call. */
  progress(update: Progress): void;
}

/** How far a long piece of work is. */
export interface Progress {
  /** The kind of work, as a stable word: `activity report`. */
  readonly work: string;
  /** Its current state, for the operator: `IN_PROGRESS`, `downloading`. */
  readonly status?: string | undefined;
  readonly bytes?: number | undefined;
  readonly rows?: number | undefined;
  readonly rowsPerSecond?: number | undefined;
  /** How many items are done, and how many there are in all: the display adds the rate and the time that is left. */
  readonly done?: number | undefined;
  readonly total?: number | undefined;
}

/** Progress as fields of a log line. */
export function progressFields({ rowsPerSecond, ...fields }: Progress): Record<string, unknown> {
  return { ...fields, ...(rowsPerSecond !== undefined && { rows_per_second: Math.round(rowsPerSecond) }) };
}
