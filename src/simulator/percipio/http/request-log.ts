// The log of every request that the simulator got: for tests that count and order calls.
import type { IncomingHttpHeaders } from 'node:http';

/** How a request ended: `aborted` by the client (or because it went away), `cut` by the simulator (a fault, or its closing). */
export type RequestOutcome = 'open' | 'answered' | 'aborted' | 'cut';

/** One request. Times are of `performance.now()`, in ms. */
export interface RequestRecord {
  /** 0 for the first one. */
  readonly index: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** All but `authorization`. */
  readonly headers: Readonly<IncomingHttpHeaders>;
  /** Whether the request carried the simulator's token. */
  readonly isAuthorized: boolean;
  /** Parsed where it is JSON, else the text; undefined where there was none. As it was sent, passwords included. */
  body: unknown;
  /** The status that the API came to, also where its answer was lost; undefined where a fault kept it from the API. */
  result: number | undefined;
  /** Of the answer; undefined until its head is sent. */
  status: number | undefined;
  outcome: RequestOutcome;
  /** The kinds of the faults that struck it. */
  faults: readonly string[];
  readonly startedMs: number;
  endedMs: number | undefined;
}

export interface RequestFilter {
  readonly method?: string;
  readonly path?: RegExp;
}

const anyUuid = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/** Keeps the latest requests. */
export class RequestLog implements Iterable<RequestRecord> {
  readonly #max: number;
  readonly #counts = new Map<string, number>();
  #records: RequestRecord[] = [];
  #total = 0;
  #waiting: (() => void)[] = [];

  /** @param max How many records are kept at least; older ones are forgotten when there are twice as many. */
  constructor(max: number) {
    this.#max = max;
  }

  /** How many requests came in all, forgotten ones included. */
  get total(): number {
    return this.#total;
  }

  /** How many came of each kind, forgotten ones included: method and path, in which `:id` stands for ids. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** The kept records in the order of arrival. */
  get all(): readonly RequestRecord[] {
    return this.#records;
  }

  [Symbol.iterator](): Iterator<RequestRecord> {
    return this.#records[Symbol.iterator]();
  }

  /** The kept records of a method and path. */
  of(filter: RequestFilter): RequestRecord[] {
    return this.#records.filter(
      ({ method, path }) =>
        (filter.method ?? method) === method && (filter.path === undefined || filter.path.test(path)),
    );
  }

  /** The kept writes of users, in the order of arrival: those with a `result` of 2xx changed something. */
  writes(): RequestRecord[] {
    return this.of({ path: /^\/user-management\// }).filter(({ method }) => method !== 'GET');
  }

  /** Forgets all records; `total` and the indexes go on. */
  clear(): void {
    this.#records = [];
  }

  /** Resolves with the first record that fits, at once or when it has come, or has changed, so that it does. */
  async waitFor(fits: (record: RequestRecord) => boolean, signal?: AbortSignal): Promise<RequestRecord> {
    for (;;) {
      signal?.throwIfAborted();
      const found = this.#records.find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        signal?.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  /** Adds a record: for the server. */
  open(
    record: Omit<
      RequestRecord,
      'index' | 'body' | 'result' | 'status' | 'outcome' | 'faults' | 'startedMs' | 'endedMs'
    >,
  ): RequestRecord {
    const opened: RequestRecord = {
      ...record,
      index: this.#total,
      body: undefined,
      result: undefined,
      status: undefined,
      outcome: 'open',
      faults: [],
      startedMs: performance.now(),
      endedMs: undefined,
    };
    this.#total += 1;
    const kind = `${record.method} ${record.path.replaceAll(anyUuid, ':id')}`;
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    this.#records.push(opened);
    if (this.#records.length > this.#max * 2) {
      this.#records = this.#records.slice(-this.#max);
    }
    this.#wake();
    return opened;
  }

  /** Changes a record: for the server. */
  update(
    record: RequestRecord,
    change: Partial<Pick<RequestRecord, 'body' | 'result' | 'status' | 'outcome' | 'faults'>>,
  ): void {
    Object.assign(record, change);
    if (change.outcome !== undefined) {
      record.endedMs = performance.now();
    }
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
