// Files with secrets: who can read them, and why they cannot be read.
import type { Stats } from 'node:fs';

/** Whether a file is open to more users than its owner and its group. Windows has no such modes. */
export function isReadableByOthers({ mode }: Pick<Stats, 'mode'>): boolean {
  return process.platform !== 'win32' && (mode & 0o007) !== 0;
}

const readFaults: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
};

/** Why a file cannot be read, as a clause. @param error - What Node throws. */
export function explainReadFailure(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return readFaults[code] ?? message;
}
