// What a server holds for one call: the pieces of its request, and responses that its caller has not read. It also knows
// whose turn it is, and limits the time that a caller may take.
import type { ServiceError } from '../../author/service-error.ts';
import { startTimer } from './server-limits.ts';

/** A connection. Its claims count together. */
export interface Holder {
  /** The address of the caller. */
  readonly peer: string | undefined;
}

/** What a piece of a message costs besides its bytes. */
const pieceBytes = 256;

export interface ClaimOptions {
  readonly changed: (bytes: number) => void;
  readonly released: (bytes: number) => void;
  readonly refused: (error: ServiceError) => void;
  readonly timeoutMs: number;
  readonly timedOut: () => void;
}

export class Claim {
  readonly holder: Holder;
  readonly #options: ClaimOptions;
  #bytes = 0;
  #requestBytes = 0;
  #pieceOf: ArrayBufferLike | undefined;
  /** Whether the caller has begun a message, or must send one, and has not finished it. */
  #requestUnfinished = true;
  /** Responses that were not read. */
  #unread = 0;
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

  /** Waits for the request. @param bytes - Held from now until the call ends. */
  begin(bytes: number): void {
    this.#wait();
    this.#add(bytes);
  }

  /**
   * A piece of the request has arrived. As long as the piece is kept, so is the buffer that it was read into, which may be
   * much larger.
   * @param inflatedBytes - What decompression may add.
   */
  pieceReceived(piece: Buffer, inflatedBytes = 0): void {
    const held = piece.buffer === this.#pieceOf ? 0 : piece.buffer.byteLength;
    this.#pieceOf = piece.buffer;
    this.#requestUnfinished = true;
    this.#wait();
    this.#setRequestBytes(this.#requestBytes + held + inflatedBytes + pieceBytes);
  }

  /** The pieces became a message, which is held until the call ends. @param bytes - Its size. */
  messageReceived(bytes: number): void {
    this.#pieceOf = undefined;
    this.#setRequestBytes(bytes);
  }

  /** The caller need not send more: it has sent all, or is between two messages of a stream. */
  requestFinished(): void {
    this.#requestUnfinished = false;
    this.#wait();
  }

  /** Call it before sending a response. @returns Whether it may be sent; otherwise the call has ended. */
  sending(bytes: number): boolean {
    this.#unread++;
    this.#wait();
    this.#add(bytes);
    return !this.#released;
  }

  /** A response was sent. The time for the next one, if it waits, begins now. */
  sent(bytes: number): void {
    this.#unread--;
    this.#waitFor(undefined);
    this.#wait();
    this.#add(-bytes);
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

  #setRequestBytes(bytes: number): void {
    const change = bytes - this.#requestBytes;
    this.#requestBytes = bytes;
    this.#add(change);
  }

  #add(bytes: number): void {
    if (this.#released) return;
    this.#bytes += bytes;
    this.#options.changed(bytes);
  }

  #wait(): void {
    this.#waitFor(this.#unread > 0 ? 'response' : this.#requestUnfinished ? 'request' : undefined);
  }

  #waitFor(what: 'request' | 'response' | undefined): void {
    if (this.#released || what === this.#waitingFor) return;
    this.#waitingFor = what;
    clearTimeout(this.#timer);
    this.#timer = what && startTimer(this.#options.timeoutMs, this.#options.timedOut);
  }
}
