// Hints are commands that exist where the reader stands: what the program says is what is run next.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Runs a command line of a shell, without settings of the environment. */
function run(command: string, folders: readonly string[] = []) {
  const { PATH, HOME } = process.env;
  const env = { HOME, PATH: [...folders, PATH].join(':'), npm_config_update_notifier: 'false' };
  return spawnSync('sh', ['-c', command], { cwd: root, env, encoding: 'utf8' });
}

test('each way to start the program gets hints that work there', (t) => {
  const bin = mkdtempSync(join(tmpdir(), 'start-command-'));
  t.after(() => rmSync(bin, { recursive: true }));
  symlinkSync(process.execPath, join(bin, 'node'));
  for (const [start, hint] of [
    ['npm start --silent -- --nope', 'npm start -- --help'],
    ['node src/main.ts --nope', 'node src/main.ts --help'],
  ] as const) {
    const { status, stderr } = run(start, [bin]);
    assert.equal(status, 2, stderr);
    assert.ok(stderr.includes(`See "${hint}" for the flags`), stderr);
    const hinted = run(hint, [bin]);
    assert.equal(hinted.status, 0, hinted.stderr);
    assert.match(hinted.stdout, /\nUsage:\n/);
  }
});
