import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isConflict, readFieldProblems } from '../../../src/percipio/api/field-problems.ts';

const problem = (field: string, problem: string) => ({ field, problem });

describe('readFieldProblems', () => {
  for (const [name, additionalInfo, expected] of [
    ['one', 'login_name->field_too_long', [problem('login_name', 'field_too_long')]],
    ['an attribute', ' Cost Center -> FIELD_REQUIRED ', [problem('Cost Center', 'field_required')]],
    ['a list', ['a->b', 'c->d', 7], [problem('a', 'b'), problem('c', 'd')]],
    ['another form', 'the login name is too long', []],
    ['a long text', `${'x'.repeat(65)}->b`, []],
    ['an object', { a: 1 }, []],
    ['null', null, []],
  ] as const) {
    it(`reads ${name}`, () =>
      assert.deepEqual(readFieldProblems(JSON.stringify({ errors: [{ code: 'X', additionalInfo }] })), expected));
  }

  for (const body of ['', '<p>', 'null', '[]', '{"errors":{}}', '{"errors":[null,"a->b"]}']) {
    it(`reads none in ${body}`, () => assert.deepEqual(readFieldProblems(body), []));
  }
});

describe('isConflict', () => {
  for (const [status, problems, expected] of [
    [409, [], true],
    [422, [], false],
    [400, ['field_required', 'field_not_unique'], true],
    [422, ['field_not_camel_case_unique'], true],
    [409, ['field_required'], false],
  ] as const) {
    it(`is ${expected} for ${status} with ${problems.join(' and ') || 'no problems'}`, () => {
      const fieldProblems = problems.map((each) => problem('login_name', each));
      assert.equal(isConflict({ status, fieldProblems }), expected);
    });
  }
});
