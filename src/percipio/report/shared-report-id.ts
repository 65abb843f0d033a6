// Shares the id of a sync's report among all processes that serve the sync.

import type { SessionStore } from 'baton-connector-sdk';
import type { Logger } from 'pino';

interface SharedIdOptions {
  /** Of the id in the store. */
  readonly key: string;
  /** The id of a report that Percipio no longer has: it is ignored. */
  readonly lostId?: string | undefined;
}

/**
 * Without it each process would request a report, since the first call of a sync has no page token to name one. It only
 * saves cost: a store that fails costs a second report, not the sync.
 *
 * Two processes that find nothing request a report each. The first id in the store wins: each process looks again before
 * and after it stores its own. Only if both store at the same moment, and one looks before the other has stored, they
 * continue with a report each; either report is right.
 */
export class SharedReportId {
  readonly #session: SessionStore;
  readonly #logger: Logger;
  readonly #options: SharedIdOptions;

  constructor(session: SessionStore, logger: Logger, options: SharedIdOptions) {
    this.#session = session;
    this.#logger = logger;
    this.#options = options;
  }

  /** The id that a process of the sync has stored. */
  async find(signal: AbortSignal): Promise<string | undefined> {
    return await this.#unlessFailing(signal, () => this.#read(signal));
  }

  /** Stores the id of a new report for the other processes. Returns the id that all of them use. */
  async settle(id: string, signal: AbortSignal): Promise<string> {
    const settled = await this.#unlessFailing(signal, async () => {
      const other = await this.#read(signal);
      if (other !== undefined) {
        return other;
      }
      await this.#session.set(this.#options.key, Buffer.from(id), signal);
      return await this.#read(signal);
    });
    return settled ?? id;
  }

  async #read(signal: AbortSignal): Promise<string | undefined> {
    const value = await this.#session.get(this.#options.key, signal);
    const id = value && Buffer.from(value).toString();
    return id === '' || id === this.#options.lostId ? undefined : id;
  }

  async #unlessFailing<Value>(signal: AbortSignal, work: () => Promise<Value | undefined>): Promise<Value | undefined> {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      this.#logger.warn({ error }, 'cannot share the report with other processes of this sync');
      return undefined;
    }
  }
}
