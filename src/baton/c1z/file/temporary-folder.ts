// Folders for temporary files that do not outlive their process for long: what a killed one leaves, the next one removes.
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { C1zError } from './c1z-error.ts';
import { FileLock } from './file-lock.ts';

/** What the names of these folders begin with. */
export type TemporaryPrefix = 'c1z-' | 'baton-sync-upload-' | 'baton-sync-run-';

const prefixes: readonly TemporaryPrefix[] = ['c1z-', 'baton-sync-upload-', 'baton-sync-run-'];
const lockName = 'lock';
/** In a folder that is kept for a later process: until when, as an ISO date. */
const keptUntilName = 'kept-until';
/** A process that was killed between making a folder and locking it leaves it empty. */
const emptyMaxAgeMs = 60 * 60 * 1000;
/** A lock file that is younger may be about to be locked. */
const lockMinAgeMs = 500;
/** Another process may take a folder for abandoned in the moment before it is locked. */
const attemptsMax = 5;

/** A folder that only its process uses, as long as that lives. */
export class TemporaryFolder {
  readonly path: string;
  readonly #lock: FileLock;

  private constructor(path: string, lock: FileLock) {
    this.path = path;
    this.#lock = lock;
  }

  /**
   * Makes a folder with a name of its own, and removes those of processes that were killed.
   * @throws {C1zError} `temporary_storage`
   */
  static async make(parent: string, prefix: TemporaryPrefix): Promise<TemporaryFolder> {
    return await usable(parent, async () => {
      await removeAbandoned(parent);
      for (let attempt = 1; ; attempt++) {
        const path = await mkdtemp(join(parent, prefix));
        try {
          const lock = FileLock.take(join(path, lockName));
          if (lock instanceof FileLock) return new TemporaryFolder(path, lock);
          throw new Error(`another process uses ${path}`);
        } catch (error) {
          await rm(path, { recursive: true, force: true });
          if (attempt === attemptsMax) throw error;
        }
      }
    });
  }

  /**
   * Opens a folder that can be kept for a later process, or makes it.
   * @param name - Begins with `baton-sync-run-`, which is why others can guess it.
   * @returns Undefined if another process uses it, or another user owns it.
   * @throws {C1zError} `temporary_storage`
   */
  static async open(parent: string, name: `baton-sync-run-${string}`): Promise<TemporaryFolder | undefined> {
    return await usable(parent, async () => {
      await removeAbandoned(parent, name);
      const path = join(parent, name);
      await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
      if (!(await isOurs(path))) return undefined;
      const lock = FileLock.take(join(path, lockName));
      return lock instanceof FileLock ? new TemporaryFolder(path, lock) : undefined;
    });
  }

  /** The files in it, by name. */
  async list(): Promise<readonly string[]> {
    return (await readdir(this.path)).filter((name) => name !== lockName && name !== `${lockName}-journal`);
  }

  /** Removes what is in it. */
  async empty(): Promise<void> {
    for (const name of await this.list()) await rm(join(this.path, name), { recursive: true, force: true });
  }

  /** Leaves it to a later process. */
  release(): void {
    this.#lock[Symbol.dispose]();
  }

  /** Removes it. Safe to call again. */
  async remove(): Promise<void> {
    // The lock goes last: a folder without one would be nobody's.
    await this.empty().catch(() => {});
    this.#lock[Symbol.dispose]();
    await rm(this.path, { recursive: true, force: true });
  }
}

/** The path of the file that says until when a folder is kept after its process has ended. */
export function keptUntilPath(folder: string): string {
  return join(folder, keptUntilName);
}

async function usable<Result>(parent: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new C1zError(
      'temporary_storage',
      `cannot use ${parent} for temporary files (--c1z-temp-dir, BATON_TMPDIR or TMPDIR): ${detail}`,
      { cause: error },
    );
  }
}

/** Removes the folders of processes that have ended. A failure is nobody's business: another process may be faster. */
async function removeAbandoned(parent: string, except?: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (name === except || !prefixes.some((prefix) => name.startsWith(prefix))) continue;
    const path = join(parent, name);
    if (await isOurs(path)) await removeIfAbandoned(path).catch(() => {});
  }
}

async function removeIfAbandoned(path: string): Promise<void> {
  const names = await readdir(path);
  if (!names.includes(lockName)) {
    // An empty one may be about to be locked, or have just been released. Others are not from this program.
    if (names.length === 0 && Date.now() - (await lstat(path)).mtimeMs > emptyMaxAgeMs) await rmdir(path);
    return;
  }
  const lockStat = await lstat(join(path, lockName));
  if (lockStat.size === 0 && Date.now() - lockStat.mtimeMs < emptyMaxAgeMs) return;
  if (Date.now() - lockStat.mtimeMs < lockMinAgeMs) return;
  const keptUntil = await readFile(keptUntilPath(path), 'utf8').catch(() => '');
  if (Date.parse(keptUntil) > Date.now()) return;
  const lock = FileLock.take(join(path, lockName));
  if (!(lock instanceof FileLock)) return;
  try {
    await rm(path, { recursive: true, force: true });
  } finally {
    lock[Symbol.dispose]();
  }
}

/** Whether a folder belongs to this user, and nobody else can put anything into it. In a shared folder, others can make any. */
async function isOurs(path: string): Promise<boolean> {
  const stat = await lstat(path).catch(() => undefined);
  return stat?.isDirectory() === true && stat.uid === (process.getuid?.() ?? stat.uid) && (stat.mode & 0o022) === 0;
}
