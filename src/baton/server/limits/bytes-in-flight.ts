// The bytes that a process holds for the messages of its callers. When there are too many, the connection that keeps the
// server waiting with the most gives way, so that a caller who sends and reads promptly is not refused for others.
import { Code, ServiceError } from '../../author/service-error.ts';
import type { RefusalLog } from './refusal-log.ts';
import { limitSettings, type ServerLimits, startTimer } from './server-limits.ts';

/** A connection. Its claims count together. */
export interface Holder {
  /** The address of the caller. */
  readonly peer: string | undefined;
}

/** What every call counts from its start: its objects, and the window of HTTP/2, which a caller may fill unread. */
const callBytes = 64 * 1024;

/** What a piece of a message costs besides its bytes. */
const pieceBytes = 256;

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
    claim.waitFor('request');
    claim.add(callBytes);
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

interface ClaimOptions {
  readonly changed: (bytes: number) => void;
  readonly released: (bytes: number) => void;
  readonly refused: (error: ServiceError) => void;
  readonly timeoutMs: number;
  readonly timedOut: () => void;
}

/** What is held for one call. */
export class Claim {
  readonly holder: Holder;
  readonly #options: ClaimOptions;
  #bytes = 0;
  #requestBytes = 0;
  #pieceOf: ArrayBufferLike | undefined;
  #waitingFor: 'request' | 'response' | undefined;
  #timer: NodeJS.Timeout | undefined;
  #released = false;

  constructor(holder: Holder, options: ClaimOptions) {
    this.holder = holder;
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether the call goes on only when its caller sends or reads. */
  get waiting(): boolean {
    return this.#waitingFor !== undefined;
  }

  /** Whether the call has ended or was refused. */
  get released(): boolean {
    return this.#released;
  }

  /** @param bytes - Negative for fewer. */
  add(bytes: number): void {
    if (this.#released) return;
    this.#bytes += bytes;
    this.#options.changed(bytes);
  }

  /**
   * Adds a piece of an unfinished request. As long as the piece is kept, so is the buffer that it was read into, which may
   * be much larger.
   * @param inflatedBytes - What decompression may add.
   */
  addPiece(piece: Buffer, inflatedBytes = 0): void {
    const held = piece.buffer === this.#pieceOf ? 0 : piece.buffer.byteLength;
    this.#pieceOf = piece.buffer;
    const bytes = held + inflatedBytes + pieceBytes;
    this.#requestBytes += bytes;
    this.add(bytes);
  }

  /** The pieces became one message of this size; 0 if it was consumed. */
  joinPieces(bytes: number): void {
    const change = bytes - this.#requestBytes;
    this.#requestBytes = bytes;
    this.#pieceOf = undefined;
    this.add(change);
  }

  /** What the caller has to do, from now on and within the limit of time; undefined when it is the server's turn. */
  waitFor(what: 'request' | 'response' | undefined): void {
    if (this.#released || what === this.#waitingFor) return;
    this.#waitingFor = what;
    clearTimeout(this.#timer);
    this.#timer = what && startTimer(this.#options.timeoutMs, this.#options.timedOut);
  }

  refuse(error: ServiceError): void {
    this.release();
    this.#options.refused(error);
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    clearTimeout(this.#timer);
    this.#options.released(this.#bytes);
  }
}
