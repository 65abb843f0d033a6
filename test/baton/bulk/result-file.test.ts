import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ResultWriter, type RowResult, readResults } from '../../../src/baton/bulk/result-file.ts';

const header = { program: 'baton-x', target: 'tenant 1' };
const result = (row: string, outcome: string): RowResult => ({
  row,
  line: 2,
  change: 'create',
  person: 'ada',
  outcome,
  details: {},
});

async function createPath(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'result-file-test-'));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, 'results.ndjson');
}

async function write(path: string, ...results: RowResult[]): Promise<void> {
  const earlier = await readResults(path, header);
  await using writer = await ResultWriter.open(path, header, earlier);
  await Promise.all(results.map((each) => writer.write(each)));
}

test('what was done is read again, what failed last is not, and only the owner can read it', async (t) => {
  const path = await createPath(t);
  assert.deepEqual(await readResults(path, header), { done: new Map(), end: 0, isTorn: false });
  await write(path, result('a', 'created'), result('b', 'failed'), result('c', 'failed'));
  await write(path, result('c', 'done'));
  assert.deepEqual([...(await readResults(path, header)).done.keys()], ['a', 'c']);
  assert.equal(readFileSync(path, 'utf8').split('\n').length, 6);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('what a kill has left of a line is cut off', async (t) => {
  const path = await createPath(t);
  await write(path, result('a', 'created'));
  const complete = readFileSync(path, 'utf8');
  appendFileSync(path, '{"row":"b","line":3,"cha');
  await write(path, result('c', 'created'));
  assert.deepEqual([...(await readResults(path, header)).done.keys()], ['a', 'c']);
  assert.ok(readFileSync(path, 'utf8').startsWith(`${complete}{"row":"c"`));
  writeFileSync(path, '{"prog');
  await write(path, result('d', 'created'));
  assert.deepEqual([...(await readResults(path, header)).done.keys()], ['d']);
});

test("two runs at once keep each other's results", async (t) => {
  const path = await createPath(t);
  await write(path, result('a', 'created'));
  const earlier = await readResults(path, header);
  await write(path, result('b', 'created'));
  await using late = await ResultWriter.open(path, header, earlier);
  await late.write(result('c', 'created'));
  assert.deepEqual([...(await readResults(path, header)).done.keys()], ['a', 'b', 'c']);
});

for (const [what, content, message] of [
  [
    'of another tenant',
    '{"program":"baton-x","target":"tenant 2"}\n',
    /has the results of baton-x for tenant 2, not of baton-x for tenant 1/,
  ],
  ['of another program', '{"program":"baton-y","target":"tenant 1"}\n', /has the results of baton-y for tenant 1/],
  ['that is the file of changes', 'change,person\ndeactivate,ada\n', /line 1 is not a result of this program/],
  ['without a line', 'notes', /is not a file of results/],
  ['with a line of something else', '{"program":"baton-x","target":"tenant 1"}\n{}\n', /line 2 is not a result/],
] as const) {
  test(`a file ${what} is refused, and stays as it is`, async (t) => {
    const path = await createPath(t);
    writeFileSync(path, content);
    await assert.rejects(write(path, result('a', 'created')), message);
    assert.equal(readFileSync(path, 'utf8'), content);
  });
}

test('a file that cannot be written is a fault', async () => {
  await assert.rejects(
    ResultWriter.open('/nowhere/results', header, { end: 0, isTorn: false }),
    /--changes-results: \/nowhere\/results cannot be/,
  );
});
