import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { ResourceGetterService } from '#gen/c1/connector/v2/resource_pb.js';

/** Starts a server in a process of its own, and calls it for a book, which it does not answer until it is to stop. */
async function startAndCall(t: TestContext, book: string) {
  const program = fileURLToPath(new URL('library-process.ts', import.meta.url));
  const child = spawn(process.execPath, [program, 'serve', '--listen=127.0.0.1:0', '--log-level=error'], {
    stdio: ['ignore', 'pipe', 'inherit'],
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
  const address = await readUntil(/listens at (\S+)/);
  const sessionManager = new Http2SessionManager(`http://${address}`);
  t.after(() => sessionManager.abort());
  const transport = createGrpcTransport({ baseUrl: `http://${address}`, sessionManager });
  const resourceId = { resourceType: 'book', resource: book };
  const call = createClient(ResourceGetterService, transport).getResource({ resourceId });
  call.catch(() => {});
  await readUntil(/getting/);
  return { child, exited, readUntil, call };
}

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
