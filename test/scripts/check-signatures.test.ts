import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeSignatures, type SignatureReport } from '../../scripts/check-signatures.ts';

const judge = (report: SignatureReport, required = false) => judgeSignatures(report, { required });

test('valid signatures pass', () => {
  const { passes, text } = judge({ invalid: [], missing: [] });
  assert.deepEqual([passes, text], [true, 'the signatures of all packages are valid']);
});

test('an invalid signature and a missing one fail, with the package', () => {
  const finding = { name: '@scope/name', version: '1.2.3' };
  assert.deepEqual(judge({ invalid: [finding], missing: [] }), {
    passes: false,
    text: 'invalid signatures: @scope/name@1.2.3',
  });
  assert.deepEqual(judge({ invalid: [], missing: [finding] }), {
    passes: false,
    text: 'without a signature: @scope/name@1.2.3',
  });
});

test('a report without findings, not even empty ones, fails', () => {
  for (const report of [{}, { invalid: [] }, { missing: [] }]) assert.equal(judge(report).passes, false);
});

test('without an answer nothing is checked, which is said, and fails if it is required; any other error fails', () => {
  const unanswered = { error: { code: 'ENOTFOUND', summary: 'getaddrinfo ENOTFOUND keys.example.com' } };
  const answer = judge(unanswered);
  assert.equal(answer.passes, true);
  assert.equal(judge(unanswered, true).passes, false);
  assert.equal(answer.text, 'signatures were not checked: getaddrinfo ENOTFOUND keys.example.com');
  assert.equal(judge({ error: { code: 'EUSAGE', summary: 'wrong' } }).passes, false);
  assert.equal(judge({ error: {} }).passes, false);
});
