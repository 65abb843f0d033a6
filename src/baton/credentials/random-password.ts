// Makes up passwords.
import { randomInt } from 'node:crypto';
import { Code, ServiceError } from '../author/service-error.ts';

const upperCase = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const lowerCase = 'abcdefghijklmnopqrstuvwxyz';
const digits = '0123456789';
/** No quotes, brackets, backslashes and spaces: applications and shells stumble over them. */
const symbols = '!#$%&*+-.:=?@^_~';
const anyCharacter = upperCase + lowerCase + digits + symbols;

/** Shortest and longest passwords, in characters (CredentialOptions.RandomPassword). */
export const passwordLengthMin = 8;
export const passwordLengthMax = 64;

export interface PasswordRule {
  /** In characters, from {@link passwordLengthMin} to {@link passwordLengthMax}. */
  readonly length: number;
  /** Empty: an upper-case letter, a lower-case letter, a digit and a symbol at the least. */
  readonly constraints: readonly CharacterRule[];
}

/** So many of these characters at the least. */
export interface CharacterRule {
  readonly charSet: string;
  readonly minCount: number;
}

const defaultConstraints: readonly CharacterRule[] = [upperCase, lowerCase, digits, symbols].map((charSet) => ({
  charSet,
  minCount: 1,
}));

/**
 * A password that follows the rule; what the rule leaves open is filled from letters, digits and symbols. Each choice
 * and each position is equally likely.
 * @throws ServiceError INVALID_ARGUMENT when no password can follow the rule.
 */
export function makeUpPassword({ length, constraints }: PasswordRule): string {
  if (!Number.isInteger(length) || length < passwordLengthMin || length > passwordLengthMax) {
    throw invalid(`length must be from ${passwordLengthMin} to ${passwordLengthMax}, and is ${length}`);
  }
  const rules = constraints.length === 0 ? defaultConstraints : constraints;
  const demanded = rules.reduce((sum, { minCount }) => sum + minCount, 0);
  if (demanded > length) {
    throw invalid(`constraints demand ${demanded} characters, and length is ${length}`);
  }
  const characters = rules.flatMap(({ charSet, minCount }, index) => {
    // By code points: a password is counted in characters, not in UTF-16 units.
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

/** randomInt has no bias: it draws again instead of taking a remainder. */
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
