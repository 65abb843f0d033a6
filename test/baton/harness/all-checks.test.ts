// That checks, their documentation and the faults that are planted for them are in step.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { callChecks, identityChecks, walkChecks } from '../../../src/baton/harness/all-checks.ts';
import { connectorAnswers } from '../../../src/baton/harness/identify.ts';

const checks = [connectorAnswers, ...identityChecks, ...walkChecks, ...callChecks];

test('no two checks have the same id or title, and all are written alike', () => {
  for (const { id, title } of checks) {
    assert.match(id, /^[a-z]+(-[a-z]+)*$/);
    assert.match(title, /^\S.*[^.]$/);
  }
  assert.equal(new Set(checks.map(({ id }) => id)).size, checks.length);
  assert.equal(new Set(checks.map(({ title }) => title)).size, checks.length);
});

test('docs/harness.md lists all checks, in the order of the report', () => {
  const text = readFileSync('docs/harness.md', 'utf8');
  const rows = [...text.matchAll(/^\| `([a-z][a-z-]*)` +\| (.+?) +\|$/gm)].map(([, id, title]) => ({ id, title }));
  assert.deepEqual(
    rows,
    checks.map(({ id, title }) => ({ id, title: title.replaceAll('|', '\\|') })),
  );
});

test('for each check a fault is planted that it must find', () => {
  const tests = globSync('test/baton/harness/{checks/,}*.test.ts').map((path) => readFileSync(path, 'utf8'));
  for (const { id } of checks) {
    assert.ok(
      tests.some((text) => text.includes(`'${id}': /`) || text.includes(`'${id}':\n`)) || id === connectorAnswers.id,
      `no test expects ${id} to fail`,
    );
  }
});
