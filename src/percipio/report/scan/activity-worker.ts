// The program of a thread that reads a report: it takes the bytes in blocks, and returns the parts of an index.
import { on } from 'node:events';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { detailFields } from './activity-details.ts';
import type { ActivityIndexParts } from './activity-index.ts';
import { ActivityIndexBuilder, type ActivityScan, fieldsToScan, type SyncedIds } from './activity-index-builder.ts';
import { ReportFormatError, type ReportFormatErrorFields } from './report-format-error.ts';
import { scanRows } from './scan-rows.ts';

/** Data of the thread. */
export interface ActivityWorkerData {
  readonly scan: ActivityScan;
  /** The blocks for the bytes of the report. Messages name a block by its index: sending it takes ten times as long. */
  readonly blocks: readonly SharedArrayBuffer[];
}

/** First the blocks of the report, each with its first `length` bytes, then its end; then `finish`, once. */
export type ActivityRequest =
  | { readonly kind: 'block'; readonly block: number; readonly length: number }
  | { readonly kind: 'end' }
  | { readonly kind: 'finish'; readonly ids: SyncedIds };

/** `block` returns a block that was read. `wrong` is the last answer. */
export type ActivityAnswer =
  | { readonly kind: 'block'; readonly block: number; readonly rows: number }
  | { readonly kind: 'end'; readonly rows: number }
  | { readonly kind: 'index'; readonly parts: ActivityIndexParts }
  | { readonly kind: 'wrong'; readonly problem: string; readonly fields: ReportFormatErrorFields };

if (parentPort) await serve(parentPort, workerData as ActivityWorkerData);

/** Any error except a malformed report ends the thread, which the other side notices. */
async function serve(port: MessagePort, { scan, blocks }: ActivityWorkerData): Promise<void> {
  const answer = (message: ActivityAnswer, transferred: ArrayBuffer[] = []) => port.postMessage(message, transferred);
  const requests = on(port, 'message') as AsyncIterator<[ActivityRequest]>;
  const builder = new ActivityIndexBuilder(scan);
  let rows = 0;
  async function* body(): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const request = (await requests.next()).value[0];
      if (request.kind !== 'block') return;
      yield new Uint8Array(blocks[request.block] as SharedArrayBuffer, 0, request.length);
      answer({ kind: 'block', block: request.block, rows });
    }
  }
  const onProgress = (progress: { readonly rows: number }) => {
    rows = progress.rows;
  };
  try {
    const options = { anyForm: detailFields, onProgress };
    await scanRows(body(), fieldsToScan(scan), (bytes, spans) => builder.row(bytes, spans), options);
    builder.end();
  } catch (error) {
    if (!(error instanceof ReportFormatError)) throw error;
    const { problem, byteOffset, row, isCutOff } = error;
    answer({ kind: 'wrong', problem, fields: { byteOffset, row, isCutOff } });
    return;
  }
  answer({ kind: 'end', rows });
  const request = (await requests.next()).value[0];
  if (request.kind === 'finish') {
    const parts = builder.finish(request.ids);
    answer({ kind: 'index', parts }, [parts.users.buffer, ...(parts.details ? [parts.details.packed.buffer] : [])]);
  }
}
