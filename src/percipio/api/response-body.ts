// An answer's body as decompressed bytes, whose failures are PercipioErrors.
import type { Readable } from 'node:stream';
import type { DecodedBody } from './decode-body.ts';
import type { PercipioError } from './percipio-error.ts';
import type { StatisticsCounter } from './statistics.ts';

/** Bytes as they arrive. Can be iterated once; leaving the loop early ends the transfer. */
export interface ByteStream extends AsyncIterable<Uint8Array> {
  /** Ends the transfer and its connection at once. Needed where the stream is not iterated. */
  cancel(): void;
}

export interface ResponseBodyOptions {
  readonly decoded: DecodedBody;
  readonly statistics: StatisticsCounter;
  /** Makes the error to throw from what the stream threw, after so many bytes had been handed on. */
  readonly fail: (error: unknown, receivedBytes: number) => PercipioError;
  /** Called once, when the body has ended in whatever way. */
  readonly onEnd: () => void;
}

/** The body of one answer. */
export class ResponseBody implements ByteStream {
  readonly #options: ResponseBodyOptions;
  readonly #stream: Readable;
  readonly #iterator: AsyncIterator<Buffer>;
  #encodedBytes = 0;
  #decodedBytes = 0;
  #isEnded = false;
  #unread: Uint8Array | undefined;

  constructor(options: ResponseBodyOptions) {
    this.#options = options;
    this.#stream = options.decoded.stream;
    this.#iterator = this.#stream[Symbol.asyncIterator]();
  }

  /** The next piece; nothing at the end. Throws a PercipioError. */
  async read(): Promise<Uint8Array | undefined> {
    if (this.#unread !== undefined) {
      const piece = this.#unread;
      this.#unread = undefined;
      return piece;
    }
    if (this.#isEnded) return undefined;
    try {
      const next = await this.#iterator.next();
      this.#count(next.value);
      if (next.done !== true) return next.value;
      this.#end();
      return undefined;
    } catch (error) {
      this.#count(undefined);
      this.#end();
      // A server may name an encoding and send nothing in it, which a decoder takes for a body that is cut off.
      if (isUnexpectedEnd(error) && this.#encodedBytes === 0) return undefined;
      throw this.#options.fail(error, this.#decodedBytes);
    }
  }

  /** Puts back a piece, or its end, that was read to look at it: the next read gives it again. */
  unread(piece: Uint8Array): void {
    this.#unread = piece;
  }

  /**
   * The whole body as text.
   * @param bytesMax - A larger body is cut there, and the rest of it is not read: cancel it.
   */
  async readText(bytesMax: number): Promise<{ readonly text: string; readonly isCut: boolean }> {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for (let piece = await this.read(); piece !== undefined; piece = await this.read()) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > bytesMax) {
        return { text: Buffer.concat(pieces, bytesMax).toString(), isCut: true };
      }
    }
    return { text: Buffer.concat(pieces, bytes).toString(), isCut: false };
  }

  cancel(): void {
    this.#unread = undefined;
    if (this.#isEnded) return;
    this.#end();
    // Without a listener, the error that destroying an unfinished body raises would end the process.
    this.#stream.on('error', () => {}).destroy();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return {
      next: async () => {
        const value = await this.read();
        return value === undefined ? { done: true, value } : { done: false, value };
      },
      return: async () => {
        this.cancel();
        return { done: true, value: undefined };
      },
    };
  }

  #count(piece: Buffer | undefined): void {
    const { decoded, statistics } = this.#options;
    const decodedBytes = piece?.length ?? 0;
    const encodedBytes = decoded.encodedBytes() ?? this.#encodedBytes + decodedBytes;
    statistics.decodedBytes += decodedBytes;
    statistics.receivedBytes += encodedBytes - this.#encodedBytes;
    this.#decodedBytes += decodedBytes;
    this.#encodedBytes = encodedBytes;
  }

  #end(): void {
    this.#isEnded = true;
    this.#options.onEnd();
  }
}

function isUnexpectedEnd(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR';
}
