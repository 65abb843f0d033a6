// The .c1z file that a sync replaces: what it must be, and whether it is still the one that was opened.
import { type BigIntStats, constants } from 'node:fs';
import { access, readdir, readlink, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { C1zError } from './c1z-error.ts';

/** What changes when somebody replaces or changes a file; empty for one that is missing. */
export type FileIdentity = string;

/**
 * Checks that a .c1z file can be written: a sync can take hours.
 * @throws {C1zError} `unusable_path`
 */
export async function checkTarget(path: string): Promise<void> {
  const folder = dirname(path);
  try {
    if (!(await stat(folder)).isDirectory()) throw new Error('it is not a folder');
    await access(folder, constants.W_OK | constants.X_OK);
    if (process.permission?.has('fs.write', path) === false) {
      throw new Error(`Node's permission model forbids it; to allow it, set NODE_OPTIONS=--allow-fs-write=${folder}`);
    }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new C1zError('unusable_path', `cannot write the .c1z file ${path} to the folder ${folder}: ${detail}`, {
      cause: error,
    });
  }
  await statRegular(path);
}

/**
 * What a file is, if it exists. It is not opened: opening a pipe waits for its other end.
 * @throws {C1zError} `unusable_path` if it is not a regular file
 */
export async function statRegular(path: string): Promise<BigIntStats | undefined> {
  const found = await stat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new C1zError('unusable_path', `cannot open the .c1z file ${path}: ${error.message}`, { cause: error });
  });
  if (found === undefined || found.isFile()) return found;
  const what = found.isDirectory()
    ? `is a folder; name a .c1z file, such as ${path}/sync.c1z`
    : 'is not a regular file; name another one';
  throw new C1zError('unusable_path', `${path} ${what}`);
}

/**
 * The file that a path names. A symbolic link is followed, also to a file that does not exist yet: a rename would replace
 * the link, and a file has one lock whatever it is called.
 * @throws {C1zError} `unusable_path` if it is not a regular file, or a link that may not be followed
 */
export async function findTarget(path: string): Promise<string> {
  // First, since the system knows whom it may let follow a link in a shared folder, and where links go in circles.
  await statRegular(path);
  const link = await readlink(path).catch(() => undefined);
  return link === undefined ? path : await findTarget(resolve(await realpath(dirname(path)), link));
}

/** Identifies the file that is at a path now. */
export async function identifyFile(path: string): Promise<FileIdentity> {
  const found = await statRegular(path);
  return found ? [found.dev, found.ino, found.size, found.mtimeNs].join(' ') : '';
}

/** Beside the file, so that it can be renamed to it. */
export function temporaryPathOf(path: string, unique: string): string {
  return `${path}.${unique}.tmp`;
}

/** Removes what killed processes left of earlier files. Call it while nobody else can write the file. */
export async function removeTemporaryFiles(path: string): Promise<void> {
  const folder = dirname(path);
  const begin = `${basename(path)}.`;
  for (const name of await readdir(folder).catch(() => [])) {
    const isTemporary = name.startsWith(begin) && /^[0-9a-f]{16}\.tmp$/.test(name.slice(begin.length));
    if (isTemporary) await rm(join(folder, name), { force: true }).catch(() => {});
  }
}
