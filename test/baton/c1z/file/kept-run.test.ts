import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KeptRun, readKeptRun, whyNotContinue, writeKeptRun } from '../../../../src/baton/c1z/file/kept-run.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const startedAt = '2026-01-01T00:00:00.000Z';
const now = { fingerprint: 'f', target: 'the file', date: new Date('2026-01-07T23:59:59Z') };

async function written(folder: string): Promise<KeptRun> {
  writeKeptRun(folder, { fingerprint: 'f', syncId: 's', startedAt, target: 'the file', notes: '' });
  const run = await readKeptRun(folder);
  assert.ok(run);
  return run;
}

test('a run with the same settings and file is continued, whether it was flushed or not', async (t) => {
  const run = await written(await temporaryFolder(t));
  assert.equal(
    whyNotContinue(run, now, () => false),
    run.bootId === '' ? 'the machine has restarted before it was flushed to the disk' : undefined,
  );
});

test('after a restart of the machine, only a run that was flushed is continued', async (t) => {
  const run = { ...(await written(await temporaryFolder(t))), bootId: 'another' };
  assert.match(whyNotContinue(run, now, () => false) ?? '', /has restarted/);
  assert.equal(
    whyNotContinue(run, now, () => true),
    undefined,
  );
});

test('a run that is too old, or of other settings or another file, is not continued', async (t) => {
  const run = await written(await temporaryFolder(t));
  const isFlushed = () => true;
  assert.match(whyNotContinue(run, { ...now, date: new Date('2026-01-08T00:00:01Z') }, isFlushed) ?? '', /7 days/);
  assert.match(whyNotContinue(run, { ...now, fingerprint: 'g' }, isFlushed) ?? '', /other settings/);
  assert.match(whyNotContinue(run, { ...now, target: '' }, isFlushed) ?? '', /has changed/);
});
