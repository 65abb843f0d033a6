// Makes the calls of a plan, several at a time, and hands out their pages one by one in the order of the plan.
import { type ActionInit, callKey, type SyncAction } from './plan/sync-action.ts';
import type { ReceivedPage } from './sync-step.ts';

/**
 * How much may wait for its turn, in items; each page counts as some more. About 100 MB of resources, and far less of
 * grants.
 */
const waitingMax = 100_000;
const pageWeight = 100;

interface CallAheadOptions {
  /** Requests the page that an action is at. */
  readonly call: (action: ActionInit) => Promise<ReceivedPage>;
  /** Maximum concurrent calls, at least 1. */
  readonly callsMax: number;
  /** The actions to make calls for, in the order of the plan, up to the first one that depends on stored pages. */
  readonly upcoming: () => Iterable<SyncAction>;
}

/** A call, and its page once it has one. */
interface Call {
  readonly result: Promise<ReceivedPage>;
  page?: ReceivedPage;
}

/**
 * Pages are stored in the order in which a sync without concurrency would store them. So the result depends neither on the
 * number of calls nor on how long each takes: of two items with the same id, the one that the plan has last is kept. Only
 * the calls run ahead: those of the next actions, and the further pages of each. An action whose pages take long delays
 * others once too much waits for its turn.
 */
export class CallAhead implements Disposable {
  readonly #options: CallAheadOptions;
  /** The calls whose pages were not taken yet, by the id of their action, in the order of pages. */
  readonly #calls = new Map<string, Call[]>();
  /** The first pages of actions that are not planned yet, by {@link callKey}. */
  readonly #prefetched = new Map<string, Promise<ReceivedPage>>();
  readonly #running = new Set<Promise<unknown>>();
  #waiting = 0;
  #closed = false;

  constructor(options: CallAheadOptions) {
    this.#options = options;
  }

  /**
   * Makes the first call of an action that is planned later. It does not count as one of the concurrent calls.
   */
  prefetch(action: ActionInit): void {
    const page = this.#options.call(action);
    // The step of the action reports a failure. If it never comes to that, the failure must not end the process.
    page.catch(() => {});
    this.#prefetched.set(callKey(action), page);
  }

  /**
   * The page of the first upcoming action. Call {@link release} once the plan has advanced.
   * @throws What the call failed with.
   */
  async take({ id }: SyncAction): Promise<ReceivedPage> {
    for (;;) {
      this.#fill();
      const call = this.#calls.get(id)?.[0];
      if (call) return await call.result;
      // Calls of later actions run. One of them has to end first.
      await Promise.race(this.#running).catch(() => {});
    }
  }

  /** Forgets the page or failure of an action that was taken last. */
  release({ id }: SyncAction): void {
    const calls = this.#calls.get(id) ?? [];
    const page = calls.shift()?.page;
    if (page) this.#waiting -= weigh(page);
    if (calls.length === 0) this.#calls.delete(id);
  }

  /** No further call is made. */
  [Symbol.dispose](): void {
    this.#closed = true;
  }

  #fill(): void {
    if (this.#closed) return;
    let isFirst = true;
    for (const action of this.#options.upcoming()) {
      if (this.#running.size >= this.#options.callsMax || (this.#waiting >= waitingMax && !isFirst)) return;
      isFirst = false;
      const last = this.#calls.get(action.id)?.at(-1);
      if (!last) this.#start(action.id, action);
      else if (last.page?.nextPageToken) this.#start(action.id, { ...action, pageToken: last.page.nextPageToken });
    }
  }

  #start(id: string, action: ActionInit): void {
    const call: Call = { result: this.#request(action) };
    const calls = this.#calls.get(id) ?? [];
    this.#calls.set(id, calls);
    calls.push(call);
    call.result.then(
      (page) => {
        call.page = page;
        this.#waiting += weigh(page);
        // Without concurrency a call is only made when its turn comes.
        if (this.#options.callsMax > 1) this.#fill();
      },
      // Reported when its turn comes.
      () => {},
    );
  }

  #request(action: ActionInit): Promise<ReceivedPage> {
    const key = callKey(action);
    const prefetched = this.#prefetched.get(key);
    if (prefetched) {
      this.#prefetched.delete(key);
      return prefetched;
    }
    const result = this.#options.call(action);
    const running = result.finally(() => this.#running.delete(running));
    running.catch(() => {});
    this.#running.add(running);
    return result;
  }
}

function weigh({ items }: ReceivedPage): number {
  return items + pageWeight;
}
