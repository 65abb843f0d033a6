// Uploads the file of a task: metadata, chunks, checksum. A retry starts over.
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Logger } from 'pino';
import type { BatonServiceUploadAssetRequestSchema } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { describeError } from '../../log/describe-error.ts';
import { formatBytes } from '../../log/format-numbers.ts';
import { noJitter, retry } from '../../net/retry.ts';
import type { Waits } from '../../net/waits.ts';
import type { BatonClient } from '../link/baton-client.ts';

interface UploadOptions {
  readonly client: Pick<BatonClient, 'uploadAsset' | 'hostId'>;
  readonly taskId: string;
  readonly path: string;
  readonly logger: Logger;
  readonly waits?: Waits | undefined;
  readonly signal: AbortSignal;
  /** The delay after the second attempt; after the first there is none. */
  readonly uploadDelayMs: number;
}

/** Chunk size in bytes. BatonService accepts twice as many. */
export const uploadChunkBytes = 512 * 1024;
const attemptsMax = 3;

/** @throws The error of the last attempt. */
export async function uploadFile(options: UploadOptions): Promise<void> {
  const { path, client, logger, waits, signal, uploadDelayMs } = options;
  const upload = async (attempt: number) => {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    using _ = waits?.begin({ what: 'uploading the file to ConductorOne', state: formatBytes(size) });
    await client.uploadAsset(messagesOf(file, options), signal);
    logger.info({ bytes: size, attempt }, 'uploaded');
  };
  await retry(upload, {
    policy: {
      attemptsMax,
      delayMinMs: uploadDelayMs,
      delayMaxMs: Number.POSITIVE_INFINITY,
      growth: (failures) => failures - 1,
      jitter: noJitter,
    },
    signal,
    waits,
    describeWait: ({ error }) => `the upload failed: ${describeError(error)}`,
    onRetry: ({ error, attempt, delayMs }) =>
      logger.warn({ error, attempt, delay_ms: delayMs }, 'the upload failed; retrying'),
  });
}

async function* messagesOf(
  file: FileHandle,
  { client: { hostId }, taskId }: UploadOptions,
): AsyncGenerator<MessageInitShape<typeof BatonServiceUploadAssetRequestSchema>> {
  yield { msg: { case: 'metadata', value: { hostId, taskId } } };
  const checksum = createHash('sha256');
  for await (const data of readChunks(file)) {
    checksum.update(data);
    yield { msg: { case: 'data', value: { data } } };
  }
  yield { msg: { case: 'eof', value: { sha256Checksum: new Uint8Array(checksum.digest()) } } };
}

/** Yields full chunks and a shorter last one. Chunks are not reused. */
async function* readChunks(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (let position = 0; ; ) {
    const chunk = new Uint8Array(uploadChunkBytes);
    let filled = 0;
    while (filled < chunk.length) {
      const { bytesRead } = await file.read(chunk, filled, chunk.length - filled, position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    if (filled > 0) yield chunk.subarray(0, filled);
    if (filled < chunk.length) return;
    position += filled;
  }
}
