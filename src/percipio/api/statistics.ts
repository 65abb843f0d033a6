// Counts what the client does, for the summary of a sync.
import { type Family, families } from './family.ts';

export interface ClientStatistics {
  /** Requests by family, including retries. */
  readonly requests: Readonly<Record<Family, number>>;
  /** How many of these requests were retries. */
  readonly retries: number;
  /** Responses with 401 or 403: the token is invalid, or lacks a permission. */
  readonly refusals: number;
  /** Bytes of response bodies as received, compressed. */
  readonly receivedBytes: number;
  /** Bytes of response bodies after decompression. */
  readonly decodedBytes: number;
}

/** The counters of one client. */
export class StatisticsCounter {
  retries = 0;
  refusals = 0;
  receivedBytes = 0;
  decodedBytes = 0;
  readonly #requests = new Map<Family, number>(families.map((family) => [family, 0]));

  countRequest(family: Family): void {
    this.#requests.set(family, (this.#requests.get(family) ?? 0) + 1);
  }

  /** A snapshot. */
  read(): ClientStatistics {
    return {
      requests: Object.fromEntries(this.#requests) as Record<Family, number>,
      retries: this.retries,
      refusals: this.refusals,
      receivedBytes: this.receivedBytes,
      decodedBytes: this.decodedBytes,
    };
  }
}
