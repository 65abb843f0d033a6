import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { lstat, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ServiceError } from '../../../src/baton/author/service-error.ts';
import { addressOf, listen } from '../../../src/baton/server/listen.ts';

async function createFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'unix-socket-test-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

function listenAt(path: string) {
  return listen({ path }, { onConnection: (socket) => socket.on('error', () => {}).end('hello'), onError: () => {} });
}

function assertRefused(path: string, reason: string, message: RegExp) {
  return assert.rejects(listenAt(path), (error) => {
    assert.ok(error instanceof ServiceError);
    assert.equal(error.reason, reason);
    assert.match(error.rawMessage, message);
    return true;
  });
}

/** A socket that no process listens on. */
async function leaveSocket(t: TestContext, path: string): Promise<void> {
  const program = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => console.log('listening'))`;
  const child = spawn(process.execPath, ['--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.ok((await lstat(path)).isSocket());
}

test('only the owner can connect to the socket, which is removed at the end', async (t) => {
  const path = join(await createFolder(t), 'baton.sock');
  const umask = process.umask(0o000);
  try {
    const server = await listenAt(path);
    assert.equal(process.umask(0o000), 0o000, 'the umask of the process is another');
    assert.equal((await lstat(path)).mode & 0o777, 0o600);
    assert.deepEqual(addressOf(server), { path });
    const [data] = await once(connect(path), 'data');
    assert.equal(String(data), 'hello');
    server.close();
    await once(server, 'close');
  } finally {
    process.umask(umask);
  }
  assert.equal(existsSync(path), false);
});

test('the socket of a killed process is replaced', async (t) => {
  const path = join(await createFolder(t), 'baton.sock');
  await leaveSocket(t, path);
  const server = await listenAt(path);
  t.after(() => server.close());
  const [data] = await once(connect(path), 'data');
  assert.equal(String(data), 'hello');
});

test('a socket in use is refused, and its server goes on', async (t) => {
  const path = join(await createFolder(t), 'baton.sock');
  const server = await listenAt(path);
  t.after(() => server.close());
  await assertRefused(
    path,
    'address_in_use',
    /^cannot listen on unix:\S+: another program is listening there; stop it, or/,
  );
  const [data] = await once(connect(path), 'data');
  assert.equal(String(data), 'hello');
});

test('a file, a folder or a link that is not a socket is refused and left as it is', async (t) => {
  const folder = await createFolder(t);
  const [file, link] = [join(folder, 'file'), join(folder, 'link')];
  await writeFile(file, 'precious');
  await symlink(file, link);
  for (const path of [file, link, folder]) {
    await assertRefused(path, 'address_unusable', /it exists and is not a socket; choose another path$/);
  }
  assert.ok((await lstat(file)).size > 0);
  assert.ok((await lstat(link)).isSymbolicLink());
});

test('a folder that is missing and a path that is too long are refused', async (t) => {
  const folder = await createFolder(t);
  await assertRefused(
    join(folder, 'missing', 'a'),
    'address_forbidden',
    /permission denied, or its folder does not exist/,
  );
  await assertRefused(join(folder, 'a'.repeat(100)), 'address_unusable', /must not be longer than 10[37] bytes$/);
});

test('the address of a server on a port has the actual one', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  assert.deepEqual(addressOf(server), { host: '127.0.0.1', port: (server.address() as AddressInfo).port });
});
