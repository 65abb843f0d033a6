import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createWorkFolder } from './run-program.ts';

const demo = fileURLToPath(new URL('../../scripts/demo.ts', import.meta.url));

test('the demo works where proxies are set: nothing on this machine is reached through them', async (t) => {
  const folder = await createWorkFolder(t);
  // Nothing listens there.
  const proxy = 'http://127.0.0.1:1';
  const env = { ...process.env, HTTP_PROXY: proxy, HTTPS_PROXY: proxy, http_proxy: proxy, https_proxy: proxy };
  const { stdout } = await promisify(execFile)(process.execPath, [demo], { cwd: folder.path, env });
  assert.match(stdout, /^ {4}npm start -- inspect demo\.c1z$/m);
  assert.match(stdout, /^ {4}npm start -- explore demo\.c1z --open$/m);
  assert.deepEqual(await folder.list(), ['demo.c1z']);
});
