import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { ResourceGetterService, ResourceTypesService } from '#gen/c1/connector/v2/resource_pb.js';

/** Starts a program of this project in a process of its own, and reads what it prints, line by line. */
function start(t: TestContext, program: string, argv: readonly string[]) {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(process.execPath, [path, 'serve', '--listen=127.0.0.1:0', '--log-level=error', ...argv], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const readUntil = async (pattern: RegExp) => {
    for (;;) {
      const { value, done } = await lines.next();
      assert.ok(!done, `the process ended without a line like ${pattern}`);
      const match = pattern.exec(value);
      if (match) {
        return match[1] ?? '';
      }
    }
  };
  const connect = async () => {
    const baseUrl = `http://${await readUntil(/listens at (\S+)/)}`;
    const sessionManager = new Http2SessionManager(baseUrl);
    t.after(() => sessionManager.abort());
    return createGrpcTransport({ baseUrl, sessionManager });
  };
  return { child, exited, readUntil, connect };
}

/** Starts the library, and gets a book from it, which it does not answer until it is to stop. */
async function startAndCall(t: TestContext, book: string) {
  const { child, exited, readUntil, connect } = start(t, 'library-process.ts', []);
  const client = createClient(ResourceGetterService, await connect());
  const call = client.getResource({ resourceId: { resourceType: 'book', resource: book } });
  call.catch(() => {});
  await readUntil(/getting/);
  return { child, exited, readUntil, call };
}

test('the program serves its connector until it is told to stop, and opens no debugger on SIGUSR1', async (t) => {
  const settings = ['--organization-id=3f2504e0-4f89-41d3-9a0c-0305e82c3301', '--api-token=token'];
  const { child, exited, connect } = start(t, '../../../src/main.ts', settings);
  const errors = text(child.stderr);
  const transport = await connect();
  child.kill('SIGUSR1');
  const { list } = await createClient(ResourceTypesService, transport).listResourceTypes({});
  assert.deepEqual(list.map(({ id }) => id).sort(), ['course', 'role', 'user']);
  child.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
  assert.equal(await errors, '');
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} lets a running call end, and then the process, with exit code 0`, async (t) => {
    const { child, exited, call } = await startAndCall(t, 'b1');
    child.kill(signal);
    assert.equal((await call).resource?.displayName, 'At last');
    assert.deepEqual(await exited, [0, null]);
  });
}

test('a second signal ends the process at once', async (t) => {
  const { child, exited, readUntil } = await startAndCall(t, 'endless');
  child.kill('SIGTERM');
  await readUntil(/not stopping/);
  child.kill('SIGTERM');
  assert.deepEqual(await exited, [143, null]);
});
