// The compressions of requests, as connect-node has them but for data that is cut off: connect-node answers INTERNAL, as if
// the server had failed. To be removed once it maps Z_BUF_ERROR as it maps Z_DATA_ERROR (`wrapZLibErrors`).
import { Code, ConnectError } from '@connectrpc/connect';
import { compressionBrotli, compressionGzip } from '@connectrpc/connect-node';

export const acceptedCompressions = [compressionGzip, compressionBrotli].map((compression) => ({
  ...compression,
  decompress: (bytes: Uint8Array, readMaxBytes: number) =>
    compression.decompress(bytes, readMaxBytes).catch((error: unknown) => {
      throw isCutOff(error)
        ? new ConnectError(`the request is cut off: its ${compression.name} data has no end`, Code.InvalidArgument)
        : error;
    }),
}));

function isCutOff(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: unknown } };
  return cause?.code === 'Z_BUF_ERROR';
}
