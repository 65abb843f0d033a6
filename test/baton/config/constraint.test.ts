import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Constraint, checkConstraint } from '../../../src/baton/config/constraint.ts';
import { stringField } from '../../../src/baton/config/create-field.ts';

const [a, b, c] = ['a', 'b', 'c'].map((name) => stringField({ name, description: 'For this test' })) as [
  ReturnType<typeof stringField>,
  ReturnType<typeof stringField>,
  ReturnType<typeof stringField>,
];

test('checkConstraint tells which flags are missing or too many', () => {
  const together: Constraint = { kind: 'required-together', fields: [a, b, c] };
  const one: Constraint = { kind: 'at-least-one', fields: [a, b] };
  const either: Constraint = { kind: 'mutually-exclusive', fields: [a, b, c] };
  const dependent: Constraint = { kind: 'dependent-on', fields: [a], requires: [b, c] };
  const cases: readonly (readonly [Constraint, string, string | undefined])[] = [
    [together, '', undefined],
    [together, 'abc', undefined],
    [together, 'a', '--a requires --b and --c: set all or none'],
    [together, 'ac', '--a and --c require --b: set all or none'],
    [one, 'b', undefined],
    [one, '', 'set one of --a and --b'],
    [either, 'c', undefined],
    [either, '', undefined],
    [either, 'abc', '--a, --b, and --c are mutually exclusive: set only one'],
    [dependent, '', undefined],
    [dependent, 'bc', undefined],
    [dependent, 'abc', undefined],
    [dependent, 'ab', '--a requires --c'],
  ];
  for (const [constraint, present, expected] of cases) {
    const fault = checkConstraint(constraint, (field) =>
      present.includes(field.name) ? { source: 'flag', place: `--${field.name}` } : undefined,
    );
    assert.equal(fault, expected, `${constraint.kind} with "${present}"`);
  }
});

test('checkConstraint names settings as they were given, and the missing ones likewise', () => {
  const together: Constraint = { kind: 'required-together', fields: [a, b, c] };
  const explain = (places: Readonly<Record<string, string>>, source: 'environment' | 'file') =>
    checkConstraint(together, ({ name }) => (places[name] ? { source, place: places[name] } : undefined));
  assert.equal(
    explain({ a: 'BATON_A', b: 'BATON_B' }, 'environment'),
    'BATON_A and BATON_B require BATON_C: set all or none',
  );
  assert.equal(explain({ a: 'x.yaml line 2, a' }, 'file'), 'x.yaml line 2, a requires --b and --c: set all or none');
});
