// The .c1z file of --file, which on-demand jobs read and never write.
import { resolve } from 'node:path';
import { type C1zReader, readC1z } from '../../c1z/c1z-reader.ts';
import { c1zTempDir, file } from '../../config/fields/sync.ts';
import type { JobContext } from './on-demand-job.ts';

/** @throws C1zError when there is none, or it cannot be read */
export function openFile({ settings, host }: JobContext): Promise<C1zReader> {
  return readC1z(resolve(host.cwd, settings.get(file)), {
    temporaryFolder: settings.get(c1zTempDir) ?? host.env.BATON_TMPDIR,
    signal: host.signal,
  });
}

/** What people must know who look into the file afterwards. */
export function describeUnchanged({ path }: C1zReader): string {
  return `${path} is as it was; the next sync tells of the change.`;
}
