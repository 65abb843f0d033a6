import assert from 'node:assert/strict';
import { test } from 'node:test';
import { References } from '../../../src/baton/harness/references.ts';

test('no references: not applicable', () => {
  const references = new References(() => true);
  assert.deepEqual(references.result(undefined, 'there are none'), {
    outcome: 'not applicable',
    detail: 'there are none',
  });
});

test('what is listed later is found at the end; each thing that is lost is told once', () => {
  const listed = new Set(['a']);
  const references = new References((key) => listed.has(key));
  for (const key of ['a', 'b', 'lost', 'lost']) {
    references.add(key, () => `to ${key}`);
  }
  listed.add('b');
  assert.deepEqual(references.result(undefined, ''), { outcome: 'failed', detail: 'to lost' });
});

test('what leads nowhere is no fault where not all was listed', () => {
  const references = new References((key) => key === 'a');
  references.add('a', () => 'to a');
  assert.equal(references.result('half was read', '').outcome, 'passed');
  references.add('b', () => 'to b');
  assert.deepEqual(references.result('half was read', ''), {
    outcome: 'not applicable',
    detail: 'some references do not resolve, but half was read',
  });
});

test('of very many things that are not listed yet, some are not judged, and that is told', () => {
  const listed = new Set<string>();
  const references = new References((key) => listed.has(key));
  const keys = Array.from({ length: 10_002 }, (_, number) => `${number}`);
  for (const key of keys) {
    references.add(key, () => `to ${key}`);
  }
  for (const key of keys) {
    listed.add(key);
  }
  assert.deepEqual(references.result(undefined, ''), { outcome: 'passed', detail: '2 could not be checked' });
});
