// Records what a dry run would write, call by call: several calls may be under way at once.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { DryRun, PlannedWrite } from '../author/dry-run.ts';
import { Code, ServiceError } from '../author/service-error.ts';

/** What a call did in a dry run: its result if it needed no write, otherwise the writes that it tried. */
export type DryOutcome<Result> =
  | { readonly kind: 'nothing-to-write'; readonly result: Result }
  | { readonly kind: 'would-write'; readonly writes: readonly PlannedWrite[] };

export class WriteRecorder implements DryRun {
  readonly #current = new AsyncLocalStorage<PlannedWrite[]>();

  refuse(write: PlannedWrite): never {
    this.#current.getStore()?.push(write);
    throw new ServiceError(Code.Aborted, `not sent, because this is a dry run: ${write.request}`, {
      reason: 'dry_run',
    });
  }

  /**
   * Makes a call and finds out what it would write. How the call ends after a refused write says nothing: an action, for
   * one, reports a failure.
   * @throws What the call throws before it writes.
   */
  async observe<Result>(call: () => Promise<Result>): Promise<DryOutcome<Result>> {
    const writes: PlannedWrite[] = [];
    try {
      const result = await this.#current.run(writes, call);
      if (writes.length === 0) return { kind: 'nothing-to-write', result };
    } catch (error) {
      if (writes.length === 0) throw error;
    }
    return { kind: 'would-write', writes };
  }
}
