// The lock of a .c1z file: one sync at a time writes it, from opening to rename.
import { pause } from '../../net/abort.ts';
import type { Waits } from '../../net/waits.ts';
import { C1zError } from './c1z-error.ts';
import { FileLock, type LockHolder } from './file-lock.ts';
import { removeTemporaryFiles } from './target-file.ts';

const pollMs = 250;
/** Attempts in which the holder is just beginning or ending. */
const vagueAttemptsMax = 40;

export interface LockOptions {
  /** Called when another sync holds the lock, which is then waited for; without it that is an error. */
  readonly onWait?: ((holder: LockHolder) => void) | undefined;
  /** Shows the wait. */
  readonly waits?: Waits | undefined;
  /** Called if the file system has no locks. */
  readonly onWarning?: ((message: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Takes the lock, `<path>.lock`, and removes what killed processes left beside the file.
 * @returns Undefined if the file system has no locks.
 * @throws {C1zError} `file_locked`; the signal's reason if aborted
 */
export async function lockTarget(
  path: string,
  { onWait, waits, onWarning, signal = new AbortController().signal }: LockOptions,
): Promise<FileLock | undefined> {
  using shown = waits?.begin();
  let isReported = false;
  for (let vague = 0; ; ) {
    let taken: FileLock | LockHolder | undefined;
    try {
      taken = FileLock.take(`${path}.lock`);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      onWarning?.(`cannot lock ${path} (${detail}): make sure that no other sync writes it at the same time`);
      return undefined;
    }
    if (taken instanceof FileLock) {
      await removeTemporaryFiles(path);
      return taken;
    }
    if (taken === undefined) vague++;
    if ((taken && !onWait) || vague > vagueAttemptsMax) throw lockedError(path, taken);
    if (taken && !isReported) {
      isReported = true;
      onWait?.(taken);
    }
    if (taken) shown?.update({ what: `waiting for another sync that writes ${path}`, state: describeHolder(taken) });
    await pause(pollMs, signal);
  }
}

/** `process 123 on host, since 2026-01-31T10:20:30Z`. */
export function describeHolder({ pid, host, since }: LockHolder): string {
  return `process ${pid} on ${host}, since ${since}`;
}

function lockedError(path: string, holder: LockHolder | undefined): C1zError {
  const who = holder ? ` (${describeHolder(holder)})` : '';
  return new C1zError('file_locked', `another sync writes ${path}${who}. Wait for its end, or name another file`);
}
