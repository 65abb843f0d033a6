import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Findings } from '../../../src/baton/harness/findings.ts';

test('nothing found: passed, with what there is to say', () => {
  assert.deepEqual(new Findings().result('17 resources'), { outcome: 'passed', detail: '17 resources' });
});

test('something found: the first three messages, and how many more there are', () => {
  const findings = new Findings();
  for (let number = 1; number <= 5; number++) {
    findings.add(() => (number <= 3 ? `fault ${number}` : assert.fail('a message is made that nobody sees')));
  }
  assert.deepEqual(findings.result('17 resources'), {
    outcome: 'failed',
    detail: 'fault 1\nfault 2\nfault 3\nand 2 more',
  });
});
