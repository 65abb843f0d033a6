import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { ParentPipe } from '../../../src/baton/child/parent-pipe.ts';

test('the first line comes in any pieces, and what is behind it is not part of it', async () => {
  const stream = new PassThrough();
  const pipe = new ParentPipe(stream);
  for (const piece of ['aGVs', 'bG8=', '\r\nmore\n', 'and more\n']) {
    stream.write(piece);
    await setImmediate();
  }
  assert.equal(await pipe.line, 'aGVsbG8=');
});

test('the pipe has ended when the parent has closed it, and not before', async () => {
  const stream = new PassThrough();
  const pipe = new ParentPipe(stream);
  let hasEnded = false;
  void pipe.ended.then(() => {
    hasEnded = true;
  });
  stream.write('line\n');
  stream.write('more, which is read and dropped'.repeat(10_000));
  await pipe.line;
  await setImmediate();
  assert.equal(hasEnded, false);
  stream.end();
  await pipe.ended;
});

test('a pipe that ends at once has an empty line', async () => {
  const pipe = new ParentPipe(new PassThrough().end());
  assert.equal(await pipe.line, '');
  await pipe.ended;
});

test('a line without an end is what came until the pipe ended', async () => {
  const pipe = new ParentPipe(new PassThrough().end('aGVsbG8='));
  assert.equal(await pipe.line, 'aGVsbG8=');
});

for (const [how, error] of [
  ['breaks', new Error('EIO')],
  ['is closed without an end', undefined],
] as const) {
  test(`a pipe that ${how} has ended`, async () => {
    const stream = new PassThrough();
    const pipe = new ParentPipe(stream);
    stream.destroy(error);
    await pipe.ended;
    assert.equal(await pipe.line, '');
  });
}

test('a line that never ends is not gathered for ever', async () => {
  const stream = new PassThrough();
  const pipe = new ParentPipe(stream);
  stream.write(Buffer.alloc(1024 * 1024 + 1, 'a'));
  assert.equal((await pipe.line).length, 1024 * 1024 + 1);
});

test('released, it reads no more', () => {
  const stream = new PassThrough();
  new ParentPipe(stream).release();
  assert.equal(stream.destroyed, true);
});
