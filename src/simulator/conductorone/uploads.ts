// Receives uploads: checks their order, sizes and checksums, and writes them to a folder.
import { createHash } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Code, ConnectError } from '@connectrpc/connect';
import type { BatonServiceUploadAssetRequest } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';

export interface Upload {
  readonly taskId: string;
  readonly path: string;
  readonly bytes: number;
  /** Sizes of the data messages. */
  readonly chunks: readonly number[];
}

/** The files that arrived complete. */
export class Uploads {
  readonly all: Upload[] = [];
  readonly #folder: string;
  #count = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  of(taskId: string): readonly Upload[] {
    return this.all.filter((upload) => upload.taskId === taskId);
  }

  /**
   * Receives one stream. Keeps nothing of it unless it is complete.
   * @param received - Called with the number of bytes so far, before they are written.
   */
  async receive(
    messages: AsyncIterable<BatonServiceUploadAssetRequest>,
    isKnownTask: (id: string) => boolean,
    received: (bytes: number) => Promise<void>,
  ): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const path = join(this.#folder, `upload-${++this.#count}`);
    try {
      this.all.push({ path, ...(await receiveInto(path, messages, isKnownTask, received)) });
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }
}

async function receiveInto(
  path: string,
  messages: AsyncIterable<BatonServiceUploadAssetRequest>,
  isKnownTask: (id: string) => boolean,
  received: (bytes: number) => Promise<void>,
): Promise<Omit<Upload, 'path'>> {
  await using file = await open(path, 'wx');
  const hash = createHash('sha256');
  const chunks: number[] = [];
  let bytes = 0;
  let taskId: string | undefined;
  let isWhole = false;
  for await (const { msg } of messages) {
    if (isWhole) throw invalid('a message after eof');
    if ((taskId === undefined) !== (msg.case === 'metadata')) throw invalid('metadata must come first, and once');
    if (msg.case === 'metadata') {
      taskId = msg.value.taskId;
      if (!isKnownTask(taskId)) throw invalid('the task is unknown');
      await received(0);
    } else if (msg.case === 'data') {
      const { data } = msg.value;
      bytes += data.length;
      await received(bytes);
      chunks.push(data.length);
      hash.update(data);
      await file.write(data);
    } else if (msg.case === 'eof') {
      if (!hash.digest().equals(msg.value.sha256Checksum)) throw invalid('the checksum is wrong');
      isWhole = true;
    }
  }
  if (!isWhole || taskId === undefined) throw invalid('the stream ended before eof');
  return { taskId, bytes, chunks };
}

function invalid(message: string): ConnectError {
  return new ConnectError(message, Code.InvalidArgument);
}
