import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '../c1z/temporary-folder.ts';
import { firstTerm, writeAcademy } from '../inspect/academy.ts';
import { startExploreIn } from './start-explore.ts';

/** Waits until something is there. */
async function eventually(read: () => string | Promise<string>): Promise<string> {
  for (;;) {
    const text = await read();
    if (text !== '') return text;
    await sleep(10);
  }
}

test('--open hands the URL to the browser of the desktop', { skip: process.platform !== 'linux' }, async (t) => {
  const folder = await temporaryFolder(t);
  const opened = join(folder, 'opened');
  await writeFile(join(folder, 'xdg-open'), `#!/bin/sh\nprintf %s "$1" > ${opened}\n`, { mode: 0o700 });
  const { url, stderr } = await startExploreIn(t, { PATH: folder }, await writeAcademy(t, firstTerm), '--open');
  assert.equal(await eventually(() => readFile(opened, 'utf8').catch(() => '')), url);
  assert.equal(stderr, '');
});

test('where no browser can be opened, explore says so and goes on', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const folder = await temporaryFolder(t);
  const explored = await startExploreIn(t, { PATH: folder }, await writeAcademy(t, firstTerm), '--open');
  assert.equal(await eventually(() => explored.stderr), 'No browser could be opened: open the URL yourself.\n');
  assert.equal((await explored.ask('file')).status, 200);
});
