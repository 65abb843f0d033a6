// The database of an unfinished run, in a folder that outlives its process.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SessionRows } from '../tables/session-rows.ts';
import { type KeptRun, readKeptRun, whyNotContinue } from './kept-run.ts';
import { configure, databaseName, type ScratchDatabase } from './scratch-database.ts';
import type { FileIdentity } from './target-file.ts';
import type { TemporaryFolder } from './temporary-folder.ts';

interface KeptOptions {
  readonly temporaryFolder: string;
  readonly fingerprint: string;
  readonly target: FileIdentity;
  readonly now: Date;
  /** Called with the reason, as a clause, if there is a run that cannot be continued. */
  readonly onUnusable: (reason: string) => void;
}

/** Opens the database that a killed process left in a folder; undefined if there is none to continue from. */
export async function openKeptDatabase(
  folder: TemporaryFolder,
  { temporaryFolder, fingerprint, target, now, onUnusable }: KeptOptions,
): Promise<{ readonly database: ScratchDatabase; readonly run: KeptRun } | undefined> {
  const run = await readKeptRun(folder.path);
  if (!run) return undefined;
  const path = join(folder.path, databaseName);
  let db: DatabaseSync | undefined;
  try {
    await recover(path);
    db = new DatabaseSync(path);
    configure(db, temporaryFolder);
    const session = new SessionRows(db, run.syncId);
    const reason = whyNotContinue(run, { fingerprint, target, date: now }, () => session.getOwn().isFlushed);
    if (reason === undefined) {
      return { database: { db, path, folder, temporaryFolder, existed: target !== '' }, run };
    }
    onUnusable(reason);
  } catch (error) {
    onUnusable(`its database is damaged (${error instanceof Error ? error.message : String(error)})`);
  }
  db?.close();
  return undefined;
}

/** Rolls back what was not committed, and cuts off pages that a load of grants had appended and not yet made known. */
async function recover(path: string): Promise<void> {
  const db = new DatabaseSync(path);
  try {
    // The first read rolls back.
    db.prepare('select count(*) from sqlite_schema').get();
  } finally {
    db.close();
  }
  const file = await open(path, 'r+');
  try {
    const { buffer: header } = await file.read(Buffer.alloc(32), 0, 32, 0);
    const pageBytes = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
    await file.truncate(header.readUInt32BE(28) * pageBytes);
  } finally {
    await file.close();
  }
}
