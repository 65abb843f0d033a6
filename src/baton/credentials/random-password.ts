// Generates passwords.
import { randomInt } from 'node:crypto';
import { Code, ServiceError } from '../author/service-error.ts';

const upperCase = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const lowerCase = 'abcdefghijklmnopqrstuvwxyz';
const digits = '0123456789';
/** No quotes, brackets, backslashes or spaces: applications and shells mishandle them. */
const symbols = '!#$%&*+-.:=?@^_~';
const anyCharacter = upperCase + lowerCase + digits + symbols;

/** The length of passwords, in characters (CredentialOptions.RandomPassword). */
export const passwordLengthMin = 8;
export const passwordLengthMax = 64;

interface PasswordRule {
  /** In characters, from {@link passwordLengthMin} to {@link passwordLengthMax}. */
  readonly length: number;
  /** Default, when empty: at least one upper-case letter, lower-case letter, digit and symbol. */
  readonly constraints: readonly CharacterRule[];
}

/** At least `minCount` characters of the set. */
export interface CharacterRule {
  readonly charSet: string;
  readonly minCount: number;
}

const defaultConstraints: readonly CharacterRule[] = [upperCase, lowerCase, digits, symbols].map((charSet) => ({
  charSet,
  minCount: 1,
}));

/**
 * Generates a password that follows the rule, filled up with letters, digits and symbols. Each choice and each position
 * is equally likely.
 * @throws ServiceError INVALID_ARGUMENT when no password can follow the rule.
 */
export function generatePassword({ length, constraints }: PasswordRule): string {
  if (!Number.isInteger(length) || length < passwordLengthMin || length > passwordLengthMax) {
    throw invalid(`length must be from ${passwordLengthMin} to ${passwordLengthMax}, got ${length}`);
  }
  const rules = constraints.length === 0 ? defaultConstraints : constraints;
  const required = rules.reduce((sum, { minCount }) => sum + minCount, 0);
  if (required > length) {
    throw invalid(`constraints require ${required} characters, but length is ${length}`);
  }
  const characters = rules.flatMap(({ charSet, minCount }, index) => {
    // By code point: length is counted in characters, not in UTF-16 units.
    const set = [...charSet];
    if (set.length === 0 && minCount > 0) throw invalid(`constraints[${index}].char_set is empty`);
    return Array.from({ length: minCount }, () => choose(set));
  });
  const all = [...anyCharacter];
  while (characters.length < length) {
    characters.push(choose(all));
  }
  shuffle(characters);
  return characters.join('');
}

/** `randomInt` has no modulo bias. */
function choose(set: readonly string[]): string {
  return set[randomInt(set.length)] ?? '';
}

/** Fisher-Yates. */
function shuffle(items: string[]): void {
  for (let last = items.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [items[last], items[other]] = [items[other] ?? '', items[last] ?? ''];
  }
}

function invalid(fault: string): ServiceError {
  return new ServiceError(Code.InvalidArgument, `credential_options.random_password: ${fault}`, {
    reason: 'invalid_password_rule',
  });
}
