// Chooses and applies the content encoding of a response.
import { pipeline, Readable, type Transform } from 'node:stream';
import {
  brotliCompressSync,
  constants,
  createBrotliCompress,
  createDeflate,
  createGzip,
  createZstdCompress,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';
import type { Pieces } from './answer.ts';

interface ContentEncoding {
  readonly name: string;
  readonly compress: (body: Buffer) => Buffer;
  readonly createStream: () => Transform;
}

const ZSTD_OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const BROTLI_OPTIONS = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };

/** Each at its fastest level: the simulator has time limits, not bandwidth limits. Earlier ones win ties. */
const ENCODINGS: readonly ContentEncoding[] = [
  {
    name: 'zstd',
    compress: (body) => zstdCompressSync(body, ZSTD_OPTIONS),
    createStream: () => createZstdCompress(ZSTD_OPTIONS),
  },
  { name: 'gzip', compress: (body) => gzipSync(body, { level: 1 }), createStream: () => createGzip({ level: 1 }) },
  {
    name: 'br',
    compress: (body) => brotliCompressSync(body, BROTLI_OPTIONS),
    createStream: () => createBrotliCompress(BROTLI_OPTIONS),
  },
  {
    name: 'deflate',
    compress: (body) => deflateSync(body, { level: 1 }),
    createStream: () => createDeflate({ level: 1 }),
  },
];

/** The encoding that an `accept-encoding` header prefers; undefined to send the body as it is. */
export function chooseEncoding(acceptEncoding: string | undefined): ContentEncoding | undefined {
  const wishes = new Map(
    (acceptEncoding ?? '').split(',').map((wish) => {
      const [name = '', ...parameters] = wish.split(';').map((part) => part.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return [name, weight === undefined ? 1 : Number(weight) || 0] as const;
    }),
  );
  const weightOf = ({ name }: ContentEncoding): number => wishes.get(name) ?? wishes.get('*') ?? 0;
  return ENCODINGS.filter((encoding) => weightOf(encoding) > 0).sort((a, b) => weightOf(b) - weightOf(a))[0];
}

/** Compresses pieces as they arrive. A failure of the source is thrown to the consumer. */
export function compressPieces(pieces: Pieces, encoding: ContentEncoding): Transform {
  // pipeline() requires a callback, but there is nothing left to do: it destroys the result with the error.
  return pipeline(Readable.from(copyPieces(pieces)), encoding.createStream(), () => {});
}

/** Streams read ahead, so the source may be asked for a piece while the previous one is still queued: copy it. */
async function* copyPieces(pieces: Pieces): AsyncGenerator<Buffer> {
  for await (const piece of pieces) yield Buffer.from(piece);
}
