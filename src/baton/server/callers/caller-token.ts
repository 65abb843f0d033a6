// The token that a server requires of its callers, from a file.
import { readFile, stat } from 'node:fs/promises';
import { UsageError } from '../../author/usage-error.ts';
import { explainReadFailure, isReadableByOthers } from '../secret-file.ts';

/** 32 random characters cannot be guessed, whatever their encoding. */
const tokenLengthMin = 32;
const fileBytesMax = 4096;

/** What a bearer token can have (RFC 6750, 2.1). */
const tokenPattern = /^[A-Za-z0-9\-._~+/]+=*$/;

/**
 * Reads a token. White space around it is ignored.
 * @throws UsageError that names the file and shows nothing of it.
 */
export async function readCallerToken(path: string): Promise<string> {
  const token = (await read(path)).trim();
  if (token.length < tokenLengthMin) {
    throw unusable(path, `must contain at least ${tokenLengthMin} characters, such as from openssl rand -hex 32`);
  }
  if (!tokenPattern.test(token)) {
    throw unusable(path, 'must contain one line of letters, digits and -._~+/=, such as from openssl rand -hex 32');
  }
  return token;
}

/** Checks a file before reading it: a pipe would never end. */
async function read(path: string): Promise<string> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw unusable(path, 'is not a regular file');
    if (found.size > fileBytesMax) throw unusable(path, `is larger than ${fileBytesMax} bytes`);
    if (isReadableByOthers(found)) {
      throw unusable(path, 'is readable by every user of this machine: run chmod o-rwx on it');
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    throw error instanceof UsageError ? error : unusable(path, `cannot be read: ${explainReadFailure(error)}`);
  }
}

function unusable(path: string, fault: string): UsageError {
  return new UsageError([`the caller token file ${path} ${fault}`]);
}
