// A folder for the files of one test.
import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lifetime } from '../../lifetime.ts';

/** Makes an empty folder that is removed when the test ends. */
export async function temporaryFolder(t: Lifetime): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'c1z-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Makes a place for a .c1z file, and a folder beside it for temporary files, which a test can look into. */
export async function c1zPlace(t: Lifetime): Promise<{ path: string; folder: string; temporaryFolder: string }> {
  const folder = await temporaryFolder(t);
  const temporary = join(folder, 'temporary');
  await mkdir(temporary);
  return { path: join(folder, 'sync.c1z'), folder, temporaryFolder: temporary };
}

/** Makes the temporary folders of processes that were killed old enough to be removed: younger ones may be about to be locked. */
export async function ageTemporaryFolders(temporaryFolder: string): Promise<void> {
  for (const name of await readdir(temporaryFolder)) await utimes(join(temporaryFolder, name, 'lock'), 0, 0);
}
