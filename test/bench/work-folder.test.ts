import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const module = new URL('../../bench/work-folder.ts', import.meta.url).href;

test('a work folder goes with its process, and one of a process that was killed with the next', (t) => {
  const parent = mkdtempSync(join(tmpdir(), 'work-folder-test-'));
  t.after(() => rmSync(parent, { recursive: true }));
  // No process has this number: it is beyond what Linux gives.
  mkdirSync(join(parent, 'work-99999999', 'left'), { recursive: true });
  mkdirSync(join(parent, `work-${process.pid}`));
  mkdirSync(join(parent, 'reports'));
  const program = `import { createWorkFolder } from '${module}'; process.stdout.write(createWorkFolder(process.argv[1]));`;
  const path = execFileSync(process.execPath, ['--input-type=module', '--eval', program, parent], { encoding: 'utf8' });
  assert.match(path, /work-\d+$/);
  assert.ok(!existsSync(path));
  assert.deepEqual(readdirSync(parent).sort(), ['reports', `work-${process.pid}`]);
});
