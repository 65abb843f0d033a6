// The id of a sync's report, for all processes that serve the sync.

import type { SessionStore } from 'baton-connector-sdk';
import type { Logger } from 'pino';

const key = 'percipio/activity-report';

/**
 * Without it each process would request a report, for the first call of a sync carries no page token that could name
 * one. It is a matter of cost alone: a store that fails costs a second report, and no sync.
 *
 * Two processes that find nothing request a report each. The first one whose id is stored wins: the other one looks
 * again before it stores its own, and both look again behind that. Only if both store theirs within the same moment, and
 * one looks before the other has stored, they go on with a report each; either of them is right.
 */
export class SharedReportId {
  readonly #session: SessionStore;
  readonly #logger: Logger;
  readonly #lostId: string | undefined;

  /** @param lostId - The id of a report that Percipio does not have any more: it counts as none. */
  constructor(session: SessionStore, logger: Logger, lostId: string | undefined) {
    this.#session = session;
    this.#logger = logger;
    this.#lostId = lostId;
  }

  /** The id that a process of the sync has left. */
  async find(signal: AbortSignal): Promise<string | undefined> {
    return await this.#unlessFailing(signal, () => this.#read(signal));
  }

  /** Leaves the id of a new report for the other processes, and tells whose report it is to be. */
  async settle(id: string, signal: AbortSignal): Promise<string> {
    const settled = await this.#unlessFailing(signal, async () => {
      const other = await this.#read(signal);
      if (other !== undefined) {
        return other;
      }
      await this.#session.set(key, Buffer.from(id), signal);
      return await this.#read(signal);
    });
    return settled ?? id;
  }

  async #read(signal: AbortSignal): Promise<string | undefined> {
    const value = await this.#session.get(key, signal);
    const id = value && Buffer.from(value).toString();
    return id === '' || id === this.#lostId ? undefined : id;
  }

  async #unlessFailing<Value>(signal: AbortSignal, work: () => Promise<Value | undefined>): Promise<Value | undefined> {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      this.#logger.warn({ error }, 'the processes of this sync cannot share a report');
      return undefined;
    }
  }
}
