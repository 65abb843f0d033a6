// A log of every request to the simulator, for tests that count and order calls.
import type { IncomingHttpHeaders } from 'node:http';

/** How a request ended: `aborted` by the client (or its connection), `cut` by the simulator (a fault, or shutdown). */
export type RequestOutcome = 'open' | 'answered' | 'aborted' | 'cut';

/** One request. Times are `performance.now()`, in ms. */
export interface RequestRecord {
  /** 0 for the first request. */
  readonly index: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** All except `authorization`. */
  readonly headers: Readonly<IncomingHttpHeaders>;
  /** Whether the request carried the simulator's token. */
  readonly isAuthorized: boolean;
  /** Parsed if JSON, otherwise text; undefined if there was none. As sent, passwords included. */
  body: unknown;
  /** The status that the API returned, even if the response was lost; undefined if a fault prevented processing. */
  result: number | undefined;
  /** Of the response; undefined until its head is sent. */
  status: number | undefined;
  outcome: RequestOutcome;
  /** The kinds of the faults that hit it. */
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

  /** @param max The minimum number of records to keep; older ones are dropped once there are twice as many. */
  constructor(max: number) {
    this.#max = max;
  }

  /** The total number of requests, dropped records included. */
  get total(): number {
    return this.#total;
  }

  /** How many requests of each kind (method, and path with `:id` for ids), dropped records included. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** The records still kept, in order of arrival. */
  get all(): readonly RequestRecord[] {
    return this.#records;
  }

  [Symbol.iterator](): Iterator<RequestRecord> {
    return this.#records[Symbol.iterator]();
  }

  /** The records still kept for a method and path. */
  of(filter: RequestFilter): RequestRecord[] {
    return this.#records.filter(
      ({ method, path }) =>
        (filter.method ?? method) === method && (filter.path === undefined || filter.path.test(path)),
    );
  }

  /** The user writes still kept, in order of arrival. Those with a 2xx `result` changed something. */
  writes(): RequestRecord[] {
    return this.of({ path: /^\/user-management\// }).filter(({ method }) => method !== 'GET');
  }

  /** Drops all records; `total` and the indexes continue. */
  clear(): void {
    this.#records = [];
  }

  /** Resolves with the first matching record, immediately or once one arrives or changes so that it matches. */
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

  /** Adds a record. Called by the server. */
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

  /** Changes a record. Called by the server. */
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
