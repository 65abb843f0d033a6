// Decompression of answer bodies.
import { pipeline, type Readable } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createZstdDecompress } from 'node:zlib';

/** What is asked for with `accept-encoding`. */
export const acceptedEncodings = 'gzip, br, zstd';

/** Larger pieces than Node's 16 KiB, since a report has a gigabyte of them. */
const chunkSize = 256 * 1024;

type Decoder = Readable & NodeJS.WritableStream & { readonly bytesWritten: number };

const decoders: Readonly<Record<string, () => Decoder>> = {
  gzip: () => createGunzip({ chunkSize }),
  'x-gzip': () => createGunzip({ chunkSize }),
  br: () => createBrotliDecompress({ chunkSize }),
  // RFC 9659 allows windows of up to 8 MiB over HTTP; zstd itself would reserve far more if told to.
  zstd: () => createZstdDecompress({ chunkSize, params: { [constants.ZSTD_d_windowLogMax]: 23 } }),
};

/** A body as bytes that can be used, and how many bytes came for it. */
export interface DecodedBody {
  readonly stream: Readable;
  /** Bytes as they came, up to now. Nothing, when the body was not compressed. */
  encodedBytes(): number | undefined;
}

/**
 * Undoes the content encoding. A body that is cut off makes the stream fail, as one that is broken does.
 * @returns Nothing, when the encoding is none that was asked for.
 */
export function decodeBody(body: Readable, contentEncoding: string | undefined): DecodedBody | undefined {
  const encoding = contentEncoding?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return { stream: body, encodedBytes: () => undefined };
  const create = decoders[encoding];
  if (create === undefined) return undefined;
  const decoder = create();
  // The callback takes failures of either stream; whoever reads the decoder gets them from there.
  pipeline(body, decoder, () => {});
  return { stream: decoder, encodedBytes: () => decoder.bytesWritten };
}
