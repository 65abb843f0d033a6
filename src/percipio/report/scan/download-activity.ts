// Downloads a learning-activity report into a thread that scans it.
import type { ActivityScan } from './activity-index-builder.ts';
import { ActivityThread } from './activity-thread.ts';
import { type Download, downloadReport } from './download-report.ts';
import type { ScanProgress } from './scan-rows.ts';

export interface ActivityDownload extends Omit<Download<ActivityThread>, 'read'> {
  /** Default: what every sync reads. */
  readonly scan?: ActivityScan | undefined;
  /** Called after each piece; starts from 0 with each attempt. */
  readonly onProgress?: ((progress: ScanProgress) => void) | undefined;
}

/**
 * @throws As {@link downloadReport}.
 * @returns The thread that has the rows; the signal closes it.
 */
export async function downloadActivity(download: ActivityDownload): Promise<ActivityThread> {
  const { signal, scan = {}, onProgress } = download;
  const read = async (body: AsyncIterable<Uint8Array>) => {
    const thread = new ActivityThread(scan);
    const close = () => thread.close();
    signal.addEventListener('abort', close, { once: true });
    try {
      await thread.read(body, { signal, onProgress });
      return thread;
    } catch (error) {
      signal.removeEventListener('abort', close);
      throw error;
    }
  };
  return await downloadReport({ ...download, read });
}
