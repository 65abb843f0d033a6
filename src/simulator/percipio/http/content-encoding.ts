// Chooses and applies the content encoding of an answer.
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

/** Each at its quickest level: a simulator's bytes are cheap, its time is not. The order decides where a client has no wish. */
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

/** The encoding that an `accept-encoding` header likes best; undefined: send it as it is. */
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

/** Compresses pieces as they come. A failure of the pieces is thrown to who reads the result. */
export function compressPieces(pieces: Pieces, encoding: ContentEncoding): Transform {
  // The callback is needed by pipeline and has nothing to do: it destroys the result with the error.
  return pipeline(Readable.from(copyPieces(pieces)), encoding.createStream(), () => {});
}

/** Streams read ahead, so that a piece may be asked for while the one before is still waiting. */
async function* copyPieces(pieces: Pieces): AsyncGenerator<Buffer> {
  for await (const piece of pieces) yield Buffer.from(piece);
}
