import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  boolField,
  choiceField,
  durationField,
  intField,
  stringField,
  stringSliceField,
} from '../../../src/baton/config/create-field.ts';
import type { Field } from '../../../src/baton/config/field.ts';
import { parseValue, splitCommas } from '../../../src/baton/config/parse-value.ts';

const description = 'For this test';
const text = stringField({ name: 'text', description });
const shelf = stringField({
  name: 'shelf',
  description,
  check: (value) => (/^[A-Z]\d$/.test(value) ? undefined : 'must be a letter and a digit'),
});
const password = stringField({
  name: 'password',
  description,
  secret: true,
  check: (value) => (value === 'Aa1' ? undefined : 'is too weak'),
});
const owner = stringField({ name: 'owner', description, besideSecret: true, check: () => 'is nobody' });
const bearer = stringField({ name: 'bearer', description, normalize: (value) => value.replace('Bearer ', '') });
const branch = choiceField({ name: 'branch', description, oneOf: ['north', 'South'], default: 'north' });
const yes = boolField({ name: 'yes', description });
const seats = intField({ name: 'seats', description, default: 5, gte: 1, lte: 10 });
const floor = intField({ name: 'floor', description, default: 0, gte: -1 });
const depth = intField({ name: 'depth', description, default: 0, lte: 3 });
const loan = durationField({
  name: 'loan',
  description,
  default: '4w',
  check: (ms) => (ms <= 31_556_952_000 ? undefined : 'must be a year or less'),
});
const genres = stringSliceField({ name: 'genres', description });
const codes = stringSliceField({
  name: 'codes',
  description,
  normalize: (values) => values.flatMap((value) => value.toLowerCase().split(';')),
  check: (values) => (values.includes('x') ? 'must not have an x' : undefined),
});
const quoted = stringField({ name: 'quoted', description, normalize: (value) => value.replaceAll('"', '') });

function parse(field: Field, given: string | readonly string[] | undefined) {
  return parseValue(field, { source: 'file', text: given, place: 'here' });
}

describe('parseValue reads', () => {
  const cases: readonly (readonly [Field, string | readonly string[], unknown])[] = [
    [text, 'a, b ', 'a, b '],
    [text, '', undefined],
    [shelf, 'B7', 'B7'],
    [branch, 'north', 'north'],
    [branch, ' SOUTH', 'South'],
    [branch, '', undefined],
    ...['1', 't', 'T', 'true', 'TRUE', 'True', 'true\n', '1\n', 'yes\r\n', 'On', ' y ', '"true"'].map(
      (given) => [yes, given, true] as const,
    ),
    ...['0', 'f', 'F', 'false', 'FALSE', 'False', 'no\n', 'off', "'0'"].map((given) => [yes, given, false] as const),
    [seats, '"7"', 7],
    [branch, "'north'", 'north'],
    [loan, '"90d"\n', 7_776_000_000],
    [text, 'a.c1z\n', 'a.c1z'],
    [text, '"a.c1z"', '"a.c1z"'],
    [password, 'Aa1', 'Aa1'],
    [password, '"Aa1"\n', 'Aa1'],
    [seats, '1', 1],
    [seats, ' 10 ', 10],
    [seats, '+7', 7],
    [floor, '-1', -1],
    [floor, '007', 7],
    [loan, '90d', 7_776_000_000],
    [codes, 'A;B,c', ['a', 'b', 'c']],
    [quoted, '"a"', 'a'],
    [quoted, '""', undefined],
    [text, 'a <b> c', 'a <b> c'],
    [genres, 'crime', ['crime']],
    [genres, 'crime, poetry,,', ['crime', 'poetry']],
    [genres, '"crime, old","""new"""', ['crime, old', '"new"']],
    [genres, '', undefined],
    [genres, ' , ', undefined],
    [genres, ['crime, old', ' poetry ', ''], ['crime, old', 'poetry']],
    [genres, [], undefined],
  ];
  for (const [field, given, value] of cases) {
    test(`${field.variant} ${JSON.stringify(given)}`, () => assert.deepEqual(parse(field, given), { value }));
  }
});

describe('parseValue refuses', () => {
  const cases: readonly (readonly [Field, string | readonly string[] | undefined, string])[] = [
    [shelf, 'seven', 'must be a letter and a digit, got "seven"'],
    [branch, 'west', 'must be north or South, got "west"'],
    [yes, 'si', 'expects true or false, got "si"'],
    [yes, '', 'expects true or false, got ""'],
    [seats, 'two', 'expects an integer, got "two"'],
    [seats, '2.5', 'expects an integer, got "2.5"'],
    [seats, '', 'expects an integer, got ""'],
    [seats, '99999999999999999999', 'expects an integer, got "99999999999999999999"'],
    [seats, '0', 'must be between 1 and 10, got "0"'],
    [seats, '11', 'must be between 1 and 10, got "11"'],
    [floor, '-2', 'must be -1 or more, got "-2"'],
    [depth, '4', 'must be 3 or less, got "4"'],
    [loan, '90', 'expects a duration such as 90d, 5h, 1h30m or 10y, got "90"'],
    [loan, '2y', 'must be a year or less, got "2y"'],
    [text, '<text>', 'is a placeholder ("<text>"): put the real value in its place'],
    [text, ' "<text>"\n', 'is a placeholder (" \\"<text>\\"\\n"): put the real value in its place'],
    [genres, 'crime,<genre>', 'is a placeholder ("crime,<genre>"): put the real value in its place'],
    [text, '<text>\n', 'is a placeholder ("<text>\\n"): put the real value in its place'],
    ...['…', '...', '\u0024{TEXT}', '$(TEXT)', '{{ .Values.text }}'].map(
      (given) => [text, given, `is a placeholder ("${given}"): put the real value in its place`] as const,
    ),
    [seats, '<seats>', 'is a placeholder ("<seats>"): put the real value in its place'],
    [yes, '…', 'is a placeholder ("…"): put the real value in its place'],
    [bearer, 'Bearer …', 'is a placeholder: put the real value in its place'],
    [codes, 'a,X', 'must not have an x, got "a,X"'],
    [text, ['a', 'b'], 'expects one value, not a list'],
    [text, undefined, 'expects a value'],
    [genres, undefined, 'expects a list of values'],
  ];
  for (const [field, given, fault] of cases) {
    test(`${field.variant} ${JSON.stringify(given)}`, () => assert.deepEqual(parse(field, given), { fault }));
  }

  test('a secret value without quoting it', () => {
    assert.deepEqual(parse(password, 'hunter2'), { fault: 'is too weak' });
    for (const given of ['<hunter2>', 'v1:<hunter2>', 'v1:…']) {
      assert.deepEqual(parse(password, given), { fault: 'is a placeholder: put the real value in its place' });
    }
  });

  test('a value that may be a secret without quoting it, wherever it is', () => {
    assert.deepEqual(parse(owner, 'hunter2'), { fault: 'is nobody' });
    assert.deepEqual(parse(owner, '<name>@example.com'), {
      fault: 'is a placeholder: put the real value in its place',
    });
    for (const given of ['secret-token:conductorone.com:v1:e30', 'Bearer hunter2', 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln']) {
      assert.deepEqual(parse(seats, given), { fault: 'expects an integer' });
    }
  });
});

test('a variable loses the quotes that a tool kept, of a pair only', () => {
  const read = (field: Field, given: string) =>
    parseValue(field, { source: 'environment', text: given, place: 'HERE' });
  assert.deepEqual(read(text, '"a.c1z"\n'), { value: 'a.c1z' });
  assert.deepEqual(read(text, "'{}'"), { value: '{}' });
  assert.deepEqual(read(text, `"a'`), { value: `"a'` });
  assert.deepEqual(read(text, '"'), { value: '"' });
  assert.deepEqual(read(seats, '""'), { value: undefined });
  assert.deepEqual(read(genres, "'crime,poetry'"), { value: ['crime', 'poetry'] });
  // Double quotes keep an item together.
  assert.deepEqual(read(genres, '"crime, old"'), { value: ['crime, old'] });
});

test('splitCommas keeps empty items and commas within quotes', () => {
  assert.deepEqual(splitCommas(',a,'), ['', 'a', '']);
  assert.deepEqual(splitCommas('"a,b",c'), ['a,b', 'c']);
  assert.deepEqual(splitCommas('a"b,c'), ['a"b', 'c']);
});

test('half a surrogate pair is a fault, in any kind of setting, and the text is not quoted', () => {
  const fault = 'contains half a surrogate pair, which is not a character: write the character itself';
  for (const [field, given] of [
    [text, 'a\ud800'],
    [password, '\udc00\ud800'],
    [branch, 'north\ud83d'],
    [genres, 'crime,\udfff'],
    [genres, ['crime', '\udfff']],
  ] as const) {
    assert.deepEqual(parse(field, given), { fault });
  }
  assert.deepEqual(parse(text, '\ud83d\ude00'), { value: '😀' });
});
