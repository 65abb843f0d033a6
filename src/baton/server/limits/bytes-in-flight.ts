// The bytes that a process holds for the messages of its callers. When there are too many, the connection that keeps the
// server waiting with the most gives way, so that a caller who sends and reads promptly is not refused for others.
import { Code, ServiceError } from '../../author/service-error.ts';
import { Claim, type Holder } from './claim.ts';
import type { RefusalLog } from './refusal-log.ts';
import { limitSettings, type ServerLimits } from './server-limits.ts';

/** What every call counts from its start: its objects, and the window of HTTP/2, which a caller may fill unread. */
const callBytes = 64 * 1024;

export class BytesInFlight {
  readonly #limits: ServerLimits;
  readonly #refusals: RefusalLog;
  readonly #claims = new Set<Claim>();
  #bytes = 0;

  constructor(limits: ServerLimits, refusals: RefusalLog) {
    this.#limits = limits;
    this.#refusals = refusals;
  }

  /** Held now, for all calls. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * A claim for a new call, whose caller still has to send its request.
   * @param onRefused - Ends the call with an error. The claim is released already. It may be called before this returns.
   */
  claim(holder: Holder, onRefused: (error: ServiceError) => void): Claim {
    const claim = new Claim(holder, {
      changed: (bytes) => {
        this.#bytes += bytes;
        if (bytes > 0) this.#makeRoom(claim);
      },
      released: (bytes) => {
        this.#claims.delete(claim);
        this.#bytes -= bytes;
      },
      refused: onRefused,
      timeoutMs: this.#limits.messageTimeoutMs,
      timedOut: () => {
        const message = `the caller took too long to send its request or to read the response (${limitSettings.messageTimeoutMs})`;
        this.#refuse(claim, 'messageTimeoutMs', message, 'unfinished_message');
      },
    });
    this.#claims.add(claim);
    claim.begin(callBytes);
    return claim;
  }

  #makeRoom(asking: Claim): void {
    while (this.#bytes > this.#limits.bytesInFlightMax) {
      const claim = this.#largest() ?? asking;
      const message = `the server holds too many bytes of unfinished messages (${limitSettings.bytesInFlightMax}): send requests and read responses promptly, and try again`;
      this.#refuse(claim, 'bytesInFlightMax', message, 'too_many_bytes_in_flight');
      if (claim === asking) return;
    }
  }

  /** The largest claim that waits for its caller, of the connection with the most bytes in such claims. */
  #largest(): Claim | undefined {
    const waiting = [...this.#claims].filter((claim) => claim.waiting);
    const sums = new Map<Holder, number>();
    for (const { holder, bytes } of waiting) sums.set(holder, (sums.get(holder) ?? 0) + bytes);
    const most = Math.max(...sums.values());
    let largest: Claim | undefined;
    for (const claim of waiting) {
      if (sums.get(claim.holder) === most && claim.bytes > (largest?.bytes ?? 0)) largest = claim;
    }
    return largest;
  }

  #refuse(
    claim: Claim,
    limit: 'messageTimeoutMs' | 'bytesInFlightMax',
    message: string,
    reason: 'unfinished_message' | 'too_many_bytes_in_flight',
  ): void {
    this.#refusals.add(limit, 'ended a call that kept the server waiting', claim.holder.peer);
    claim.refuse(new ServiceError(Code.ResourceExhausted, message, { reason }));
  }
}
