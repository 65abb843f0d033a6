// What the client did so far, for the summary of a sync.
import { type Family, families } from './family.ts';

export interface ClientStatistics {
  /** Requests sent, by family. A request that was sent again counts again. */
  readonly requests: Readonly<Record<Family, number>>;
  /** How many of them were sent again after a failure. */
  readonly retries: number;
  /** Answers that the token is not good, or not good for that: 401 and 403. */
  readonly refusals: number;
  /** Bytes of answer bodies as they came, compressed. */
  readonly receivedBytes: number;
  /** Bytes of answer bodies after decompression. */
  readonly decodedBytes: number;
}

/** Counts up; one for each client. */
export class StatisticsCounter {
  retries = 0;
  refusals = 0;
  receivedBytes = 0;
  decodedBytes = 0;
  readonly #requests = new Map<Family, number>(families.map((family) => [family, 0]));

  countRequest(family: Family): void {
    this.#requests.set(family, (this.#requests.get(family) ?? 0) + 1);
  }

  /** What was counted up to now; it does not change any more. */
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
