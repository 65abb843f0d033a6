// Work on the same thing takes turns.
import { untilAborted } from './abort.ts';

/** Runs work with the same key one after another, in the order of the calls, and other work concurrently. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /**
   * @param signal - Ends the wait for a turn. Work that shall end with it takes it itself.
   * @throws What `work` throws, or the signal's reason if it aborts first.
   */
  async take<Result>(key: string, work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    const before = this.#last.get(key);
    const { promise: done, resolve: end } = Promise.withResolvers<void>();
    // Whoever leaves before their turn ends no turn but their own.
    const turn = Promise.all([before, done]).then(() => {
      if (this.#last.get(key) === turn) this.#last.delete(key);
    });
    this.#last.set(key, turn);
    try {
      if (before) await untilAborted(before, signal);
      return await work();
    } finally {
      end();
    }
  }
}
