import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import {
  type ActionOutcome,
  decodeActionId,
  encodeActionId,
} from '../../../../src/baton/services/actions/action-id.ts';

const done: ActionOutcome = { name: 'open_shelf', isDone: true, response: { success: true, shelf: { number: 7 } } };

test('an id tells the outcome that it was made of', () => {
  assert.deepEqual(decodeActionId(encodeActionId(done)), done);
});

test('the id of a usual outcome is short, and two runs with the same outcome have different ids', () => {
  const [first, second] = [encodeActionId(done), encodeActionId(done)];
  assert.notEqual(first, second);
  assert.ok(first.length < 120, `${first.length} characters: ${first}`);
  assert.match(first, /^a1\.[\w-]+$/);
});

test('an id that was cut, prolonged or changed in any place is none', () => {
  const id = encodeActionId(done);
  for (let at = 0; at < id.length; at++) {
    assert.equal(decodeActionId(id.slice(0, at)), undefined, `cut at ${at}`);
    const other = id[at] === 'A' ? 'B' : 'A';
    assert.equal(decodeActionId(id.slice(0, at) + other + id.slice(at + 1)), undefined, `changed at ${at}`);
  }
  for (const text of [`${id}A`, `${id}=`, ` ${id}`, '', 'a1.', '2cLgQxJ6mVwHOAcvQ9VvEVqmZ8S']) {
    assert.equal(decodeActionId(text), undefined, text);
  }
});

test('an outcome too large for an id is cut down to whether it was done', () => {
  const id = encodeActionId({ ...done, response: { success: true, noise: randomBytes(6000).toString('hex') } });
  assert.ok(id.length <= 4096);
  assert.deepEqual(decodeActionId(id), { ...done, response: { success: true } });
});

test('of a long error text an id keeps the beginning', () => {
  const error = `no shelf: ${randomBytes(6000).toString('hex')}`;
  const id = encodeActionId({ name: 'open_shelf', isDone: false, response: { success: false, error } });
  assert.ok(id.length <= 4096);
  assert.deepEqual(decodeActionId(id)?.response, { success: false, error: error.slice(0, 1000) });
});

test('a made-up id cannot make a process inflate much', () => {
  const json = JSON.stringify(['open_shelf', true, { text: 'x'.repeat(2 * 1024 * 1024) }]);
  const content = deflateRawSync(json, { level: 9 });
  assert.equal(decodeActionId(withCheck(content)), undefined);
  const fair = deflateRawSync(JSON.stringify(['open_shelf', true, { text: 'x'.repeat(1000) }]));
  assert.equal(decodeActionId(withCheck(fair))?.name, 'open_shelf');
});

test('a made-up id whose content is no outcome is none', () => {
  for (const json of ['', 'null', '[]', '["open_shelf"]', '["open_shelf", 4, {}]', '["open_shelf", true, []]']) {
    assert.equal(decodeActionId(withCheck(deflateRawSync(json))), undefined, json);
  }
});

/** What somebody could make who knows the format. */
function withCheck(content: Buffer): string {
  const checked = Buffer.concat([Buffer.alloc(9), content]);
  const check = createHash('sha256').update(checked).digest().subarray(0, 6);
  return `a1.${Buffer.concat([check, checked]).toString('base64url')}`;
}
