import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Code, type ServiceError } from '../../../src/baton/author/service-error.ts';
import {
  type CharacterRule,
  generatePassword,
  passwordLengthMax,
  passwordLengthMin,
} from '../../../src/baton/credentials/random-password.ts';

const length = fc.integer({ min: passwordLengthMin, max: passwordLengthMax });

function count(password: string, charSet: string): number {
  const set = new Set(charSet);
  return [...password].filter((character) => set.has(character)).length;
}

test('without constraints a password has the length, and each class of characters', () => {
  fc.assert(
    fc.property(length, (characters) => {
      const password = generatePassword({ length: characters, constraints: [] });
      assert.equal(password.length, characters);
      for (const kind of [/[A-Z]/, /[a-z]/, /[0-9]/, /[^A-Za-z0-9]/]) assert.match(password, kind);
      assert.match(password, /^[!-~]+$/);
    }),
  );
});

/** A length, and constraints that can be met within it. */
const feasible = length.chain((characters) =>
  fc
    .array(
      fc.record({
        charSet: fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme-composite' }),
        minCount: fc.integer({ min: 0, max: 10 }),
      }),
      { minLength: 1, maxLength: 5 },
    )
    .filter((rules) => rules.reduce((sum, { minCount }) => sum + minCount, 0) <= characters)
    .map((constraints) => ({ length: characters, constraints })),
);

test('constraints are kept, each with characters of its own, counted as people count', () => {
  fc.assert(
    fc.property(feasible, (rule) => {
      const password = generatePassword(rule);
      assert.equal([...password].length, rule.length);
      for (const { charSet, minCount } of rule.constraints) assert.ok(count(password, charSet) >= minCount);
      const distinct = rule.constraints.reduce((sum, { minCount }) => sum + minCount, 0);
      assert.ok(count(password, rule.constraints.map(({ charSet }) => charSet).join('')) >= distinct);
    }),
  );
});

test('what constraints demand can stand at every position, and so can what fills the rest', () => {
  const seen = { digit: new Set<number>(), other: new Set<number>() };
  for (let draws = 0; draws < 500; draws++) {
    const constraints = [
      { charSet: '7', minCount: 1 },
      { charSet: 'x', minCount: 7 },
    ];
    [...generatePassword({ length: 8, constraints })].forEach((character, position) => {
      seen[character === '7' ? 'digit' : 'other'].add(position);
    });
  }
  assert.deepEqual([seen.digit.size, seen.other.size], [8, 8]);
});

test('every character of a set is drawn, the last one too', () => {
  const charSet = 'abcdefghij';
  const drawn = new Set<string>();
  for (let draws = 0; draws < 100; draws++) {
    for (const character of generatePassword({ length: 8, constraints: [{ charSet, minCount: 8 }] }))
      drawn.add(character);
  }
  assert.equal([...drawn].sort().join(''), charSet);
});

test('no two passwords are alike', () => {
  const passwords = Array.from({ length: 200 }, () => generatePassword({ length: 12, constraints: [] }));
  assert.equal(new Set(passwords).size, passwords.length);
});

const digits: CharacterRule = { charSet: '0123456789', minCount: 4 };
for (const [what, rule, fault] of [
  ['that is too short', { length: 7, constraints: [] }, /from 8 to 64, got 7/],
  ['that is too long', { length: 65, constraints: [] }, /from 8 to 64, got 65/],
  ['of half a character', { length: 8.5, constraints: [] }, /from 8 to 64/],
  [
    'that demands more than its length',
    { length: 8, constraints: [digits, digits, { charSet: 'x', minCount: 1 }] },
    /require 9 characters, but length is 8/,
  ],
  [
    'that demands some of none',
    { length: 8, constraints: [digits, { charSet: '', minCount: 1 }] },
    /constraints\[1\]\.char_set is empty/,
  ],
  [
    'that demands more than there is memory for',
    { length: 8, constraints: [{ charSet: 'x', minCount: 2 ** 32 - 1 }] },
    /require 4294967295/,
  ],
] as const) {
  test(`a rule ${what} is refused`, () => {
    assert.throws(
      () => generatePassword(rule),
      (error: ServiceError) => {
        assert.deepEqual([error.code, error.reason], [Code.InvalidArgument, 'invalid_password_rule']);
        assert.match(error.rawMessage, fault);
        return true;
      },
    );
  });
}

test('a constraint that demands nothing needs no characters', () => {
  assert.equal(generatePassword({ length: 8, constraints: [{ charSet: '', minCount: 0 }] }).length, 8);
});
