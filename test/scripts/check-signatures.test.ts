import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeSignatures } from '../../scripts/check-signatures.ts';

test('valid signatures pass', () => {
  const { passes, text } = judgeSignatures({ invalid: [], missing: [] });
  assert.deepEqual([passes, text], [true, 'the signatures of all packages are valid']);
});

test('an invalid signature and a missing one fail, with the package', () => {
  const finding = { name: '@scope/name', version: '1.2.3' };
  assert.deepEqual(judgeSignatures({ invalid: [finding], missing: [] }), {
    passes: false,
    text: 'invalid signatures: @scope/name@1.2.3',
  });
  assert.deepEqual(judgeSignatures({ invalid: [], missing: [finding] }), {
    passes: false,
    text: 'without a signature: @scope/name@1.2.3',
  });
});

test('a report without findings, not even empty ones, fails', () => {
  for (const report of [{}, { invalid: [] }, { missing: [] }]) assert.equal(judgeSignatures(report).passes, false);
});

test('without an answer nothing is checked, which is said; any other error fails', () => {
  const answer = judgeSignatures({ error: { code: 'ENOTFOUND', summary: 'getaddrinfo ENOTFOUND keys.example.com' } });
  assert.equal(answer.passes, true);
  assert.equal(answer.text, 'signatures were not checked: getaddrinfo ENOTFOUND keys.example.com');
  assert.equal(judgeSignatures({ error: { code: 'EUSAGE', summary: 'wrong' } }).passes, false);
  assert.equal(judgeSignatures({ error: {} }).passes, false);
});
