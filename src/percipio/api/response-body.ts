// The body of a response as decompressed bytes, whose failures are PercipioErrors.
import { pipeline, type Readable } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createZstdDecompress } from 'node:zlib';
import type { PercipioError } from './percipio-error.ts';
import type { StatisticsCounter } from './statistics.ts';

/** Bytes as they arrive. Can be iterated once; leaving the loop early ends the transfer. */
export interface ByteStream extends AsyncIterable<Uint8Array> {
  /** Ends the transfer and its connection at once. Needed if the stream is not iterated. */
  cancel(): void;
}

export interface ResponseBodyOptions {
  readonly decoded: DecodedBody;
  readonly statistics: StatisticsCounter;
  /** Makes the error to throw from the stream's error, after so many bytes of the body. */
  readonly fail: (error: unknown, receivedBytes: number) => PercipioError;
  /** Called once, when the body has ended in any way. */
  readonly onEnd: () => void;
}

/** The body of one response. */
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

  /** The next piece; undefined at the end. Throws a PercipioError. */
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
      // A server may name an encoding and send no body, which a decoder takes for a body that is cut off.
      if (isUnexpectedEnd(error) && this.#encodedBytes === 0) return undefined;
      throw this.#options.fail(error, this.#decodedBytes);
    }
  }

  /** Puts back a piece, or its end: the next read returns it again. */
  unread(piece: Uint8Array): void {
    this.#unread = piece;
  }

  /**
   * The complete body as text.
   * @param bytesMax - A larger body is cut there, and its rest is not read: cancel it.
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
    // Destroying an unfinished body emits an error, which would end the process without a listener.
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

/** The value of `accept-encoding`. */
export const acceptedEncodings = 'gzip, br, zstd';

/** More than Node's 16 KiB, since a report can have a gigabyte. */
const chunkSize = 256 * 1024;

type Decoder = Readable & NodeJS.WritableStream & { readonly bytesWritten: number };

const decoders: Readonly<Record<string, () => Decoder>> = {
  gzip: () => createGunzip({ chunkSize }),
  'x-gzip': () => createGunzip({ chunkSize }),
  br: () => createBrotliDecompress({ chunkSize }),
  // RFC 9659 allows windows of up to 8 MiB over HTTP; zstd itself would reserve far more.
  zstd: () => createZstdDecompress({ chunkSize, params: { [constants.ZSTD_d_windowLogMax]: 23 } }),
};

/** A decompressed body. */
export interface DecodedBody {
  readonly stream: Readable;
  /** Bytes received so far; undefined if the body is not compressed. */
  encodedBytes(): number | undefined;
}

/**
 * Decompresses a body. The stream fails for a body that is cut off or malformed.
 * @returns Undefined for an encoding that was not requested.
 */
export function decodeBody(body: Readable, contentEncoding: string | undefined): DecodedBody | undefined {
  const encoding = contentEncoding?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return { stream: body, encodedBytes: () => undefined };
  const create = decoders[encoding];
  if (create === undefined) return undefined;
  const decoder = create();
  // The callback receives the failures of both streams; the reader of the decoder gets them from there.
  pipeline(body, decoder, () => {});
  return { stream: decoder, encodedBytes: () => decoder.bytesWritten };
}
