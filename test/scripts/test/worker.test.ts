import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { SentEvent } from '../../../scripts/test/test-messages.ts';
import type { TestTask } from '../../../scripts/test/worker.ts';

const folderUrl = new URL('../../../scripts/test/', import.meta.url);

test('the end of a test is told before the next one begins, even if that blocks the process', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'worker-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [file, told] = [join(folder, 'a.test.ts'), join(folder, 'told')];
  writeFileSync(
    file,
    `import assert from 'node:assert';
    import { existsSync } from 'node:fs';
    import { test } from 'node:test';
    const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    test('first', () => {});
    test('second', () => {
      for (let left = 3000; left > 0 && !existsSync('${told}'); left--) sleep(10);
      assert.ok(existsSync('${told}'), 'nobody was told of the first test');
    });`,
  );
  const worker = fork(new URL('worker.ts', folderUrl), ['1000'], {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    execArgv: [`--test-reporter=${new URL('test-messages.ts', folderUrl)}`, '--test-reporter-destination=stdout'],
  });
  const results: string[] = [];
  worker.on('message', ({ type, data }: SentEvent) => {
    if (type !== 'test:pass' && type !== 'test:fail') return;
    results.push(`${type} ${data.name}`);
    if (data.name === 'first') writeFileSync(told, '');
    if (data.name === file) worker.disconnect();
  });
  worker.send({ file, isShared: false } satisfies TestTask);
  await once(worker, 'exit');
  assert.deepEqual(results, ['test:pass first', 'test:pass second', `test:pass ${file}`]);
});
