// Applies the changes of a file: several at once, those for one person in the order of the file.
import { ConnectError } from '@connectrpc/connect';
import { Code, isTransient } from '../author/service-error.ts';
import type { Change } from './change.ts';

export interface RunOptions<Result> {
  readonly concurrency: number;
  /** Requests the end: changes that are under way get {@link graceMs}, and no other begins. */
  readonly stop: AbortSignal;
  readonly graceMs: number;
  /** Applies a change, and rejects if it fails. The signal aborts when the run cannot wait any longer. */
  apply(change: Change, signal: AbortSignal): Promise<Result>;
  /**
   * Called with the result of each change, as soon as there is one. The change counts as done when it returns; what it
   * throws ends the run.
   */
  onEnd(change: Change, end: ChangeEnd<Result>): Promise<void>;
}

export type ChangeEnd<Result> = { readonly result: Result } | { readonly error: unknown };

/** How long changes that are under way may continue after a stop. */
export const graceMs = 10_000;

/** As many failures of this kind in a row mean that the application is unavailable. */
const unavailableMax = 10;

/** Runs until all changes have ended or the run had to stop. Returns why it stopped before the end, as a clause. */
export async function runChanges<Result>(
  changes: readonly Change[],
  options: RunOptions<Result>,
): Promise<string | undefined> {
  const { concurrency, stop, graceMs, apply, onEnd } = options;
  const giveUp = new AbortController();
  const timers = new Set<NodeJS.Timeout>();
  const onStop = () => void timers.add(setTimeout(() => giveUp.abort(stop.reason), graceMs));
  let why: string | undefined;
  let unavailable = 0;
  const note = (end: ChangeEnd<Result>) => {
    const error = 'error' in end ? end.error : undefined;
    const code = error instanceof ConnectError ? error.code : undefined;
    unavailable = isTransient(error) ? unavailable + 1 : 0;
    if (code === Code.Unauthenticated || code === Code.PermissionDenied) {
      why ??= 'the application rejects the credentials or their permissions';
    } else if (unavailable === unavailableMax) {
      why ??= `${unavailableMax} changes in a row found the application unavailable`;
    }
  };

  /** By name: settled when the last change that began for a person has ended. */
  const ends = new Map<string, Promise<unknown>>();
  const queue = changes.values();
  const work = async () => {
    // The iterator is shared: each change is taken once, in order.
    for (const change of queue) {
      if (why !== undefined || stop.aborted) return;
      const before = Promise.all(change.names.map((name) => ends.get(name)));
      const ended = before.then(() => settle(change, apply, giveUp.signal));
      for (const name of change.names) ends.set(name, ended);
      const end = await ended;
      // Nobody knows how far it got: it is repeated.
      if (giveUp.signal.aborted && 'error' in end) return;
      note(end);
      await onEnd(change, end);
    }
  };

  stop.addEventListener('abort', onStop, { once: true });
  try {
    const workers = Array.from({ length: concurrency }, () => work());
    await Promise.all(workers).catch(async (error) => {
      why ??= 'a result could not be written';
      await Promise.allSettled(workers);
      throw error;
    });
  } finally {
    stop.removeEventListener('abort', onStop);
    for (const timer of timers) clearTimeout(timer);
  }
  return why;
}

async function settle<Result>(
  change: Change,
  apply: RunOptions<Result>['apply'],
  signal: AbortSignal,
): Promise<ChangeEnd<Result>> {
  try {
    signal.throwIfAborted();
    return { result: await apply(change, signal) };
  } catch (error) {
    return { error };
  }
}
