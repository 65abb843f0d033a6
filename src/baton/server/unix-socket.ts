// A Unix socket that a server listens on: only its owner can connect. What a killed process left there is removed.
import { once } from 'node:events';
import { lstat, rm } from 'node:fs/promises';
import { connect, type Server } from 'node:net';

/** Without permissions for the group and for others. */
const ownerOnly = 0o177;

/** The size of `sun_path` on Linux (108) and macOS (104), without its end. Node silently cuts a longer path. */
const pathBytesMax = process.platform === 'linux' ? 107 : 103;

/**
 * Makes a server listen. The socket is removed when the server closes.
 * @throws Error that says why it cannot; with the code EADDRINUSE if another program listens there.
 */
export async function listenAtPath(server: Server, path: string): Promise<void> {
  if (Buffer.byteLength(path) > pathBytesMax) {
    throw new Error(`the path of a Unix socket must not be longer than ${pathBytesMax} bytes`);
  }
  await removeStaleSocket(path);
  // A mode that is set later would leave a moment in which others can connect. Node binds before listen returns.
  const umask = process.umask(ownerOnly);
  try {
    server.listen(path);
  } finally {
    process.umask(umask);
  }
  await once(server, 'listening');
}

async function removeStaleSocket(path: string): Promise<void> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Error('it exists and is not a socket; choose another path');
  const code = await tryToConnect(path);
  if (code === undefined) {
    throw Object.assign(new Error('another program is listening there; stop it, or choose another path'), {
      code: 'EADDRINUSE',
    });
  }
  if (code !== 'ECONNREFUSED') {
    throw new Error(
      `cannot tell whether another program is listening there (${code}); remove it, or choose another path`,
    );
  }
  await rm(path, { force: true });
}

/** @returns Undefined if somebody listens there, otherwise the code of the failure. */
async function tryToConnect(path: string): Promise<string | undefined> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    socket.destroy();
  }
}
