// What a folder with an unfinished run says about it, so that a later process can judge whether to continue it.
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { unfinishedMaxAgeMs } from '../tables/sync-runs.ts';
import type { FileIdentity } from './target-file.ts';
import { keptUntilPath } from './temporary-folder.ts';

const recordName = 'run.json';

const recordSchema = z.strictObject({
  version: z.literal(2),
  /** Of the settings that decide what the run writes. */
  fingerprint: z.string(),
  syncId: z.string(),
  startedAt: z.iso.datetime(),
  /** The file that the database was unpacked from. */
  target: z.string(),
  /** Of the machine, until it restarts. Empty if unknown. */
  bootId: z.string(),
  /** JSON of the engine: of a run that has ended, whose database no longer has it. */
  notes: z.string(),
});
export type KeptRun = z.infer<typeof recordSchema>;

/** The name of the folder in which the unfinished run of a file is kept. Other users have others. */
export function keptFolderName(c1zPath: string): `baton-sync-run-${string}` {
  const hash = createHash('sha256')
    .update(`${process.getuid?.() ?? ''}\n${c1zPath}`)
    .digest('hex');
  return `baton-sync-run-${hash.slice(0, 24)}`;
}

/** Writes the record. From here on the folder is kept when the process ends. */
export function writeKeptRun(folder: string, run: Omit<KeptRun, 'version' | 'bootId'>): void {
  const until = new Date(Date.parse(run.startedAt) + unfinishedMaxAgeMs).toISOString();
  const path = join(folder, recordName);
  writeFileSync(`${path}.new`, JSON.stringify({ version: 2, bootId: readBootId(), ...run }), { mode: 0o600 });
  renameSync(`${path}.new`, path);
  writeFileSync(keptUntilPath(folder), until, { mode: 0o600 });
}

/** The record; undefined if there is none, or none of this version. */
export async function readKeptRun(folder: string): Promise<KeptRun | undefined> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(join(folder, recordName), 'utf8')));
  } catch {
    return undefined;
  }
}

/**
 * Why a kept run cannot be continued, as a clause; undefined if it can.
 * @param isFlushed - Whether it was flushed to the disk. Otherwise it is lost when the machine restarts.
 */
export function whyNotContinue(
  run: KeptRun,
  now: { readonly fingerprint: string; readonly target: FileIdentity; readonly date: Date },
  isFlushed: () => boolean,
): string | undefined {
  if (now.date.getTime() - Date.parse(run.startedAt) > unfinishedMaxAgeMs) return 'it is older than 7 days';
  if (run.fingerprint !== now.fingerprint) return 'it ran with other settings, or another version';
  if (run.target !== now.target) return 'the file has changed since';
  const isSameBoot = run.bootId !== '' && run.bootId === readBootId();
  return isSameBoot || isFlushed() ? undefined : 'the machine has restarted before it was flushed to the disk';
}

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
