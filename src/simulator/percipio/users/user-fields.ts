// Reads the body of a user write, and rejects with 422 what Percipio would reject.
import { unprocessable } from '../http/answer.ts';
import type { CustomAttribute } from '../organization/api-objects.ts';
import type { CustomAttributes } from '../organization/custom-attributes.ts';

const ROLES = ['LEARNER', 'ADMIN', 'CONTENT_CURATOR', 'CONTENT_COORDINATOR', 'LEARNING_ADMIN', 'MANAGER'];
const EXTERNAL_USER_ID_CHARACTERS_MAX = 255;
const LOGIN_NAME_CHARACTERS_MAX = 128;
const PASSWORD_CHARACTERS_MIN = 8;

/** The fields that a write sets; fields missing from the body are missing here. */
export interface UserFields {
  readonly externalUserId?: string;
  readonly email?: string;
  readonly isActive?: boolean;
  readonly loginName?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly role?: string;
  readonly isInstructor?: boolean;
  /** Each with id, name and value. */
  readonly customAttributes?: readonly Required<CustomAttribute>[];
  readonly password?: string;
  readonly sendWelcomeEmail?: boolean;
}

type Definitions = CustomAttributes['definitions'];

/** The names of fields in `additionalInfo`, where they differ. */
const INFO_NAMES: Readonly<Record<string, string>> = {
  externalUserId: 'external_id',
  loginName: 'login_name',
  firstName: 'first_name',
  lastName: 'last_name',
  isActive: 'status',
  isInstructor: 'is_instructor',
  sendWelcomeEmail: 'send_welcome_email',
  mustResetPassword: 'must_reset_password',
  welcomeEmailLanguage: 'welcome_email_language',
};

/** A value of `additionalInfo`, for example `login_name->field_too_long`. */
export function infoOf(field: string, problem: string): string {
  return `${INFO_NAMES[field] ?? field}->${problem}`;
}

/** How to check each field of a body, given its value and name. */
const READERS: { [Name in keyof UserFields]-?: (value: unknown, name: string, definitions: Definitions) => unknown } = {
  externalUserId: (value, name) => readName(value, name, EXTERNAL_USER_ID_CHARACTERS_MAX),
  email: readEmail,
  isActive: readFlag,
  loginName: readLoginName,
  firstName: (value, name) => readText(value, name),
  lastName: (value, name) => readText(value, name),
  role: readRole,
  isInstructor: readFlag,
  customAttributes: readCustomAttributes,
  password: readPassword,
  sendWelcomeEmail: readFlag,
};

/** Validates a body; throws a 422 that names the first invalid field. Unknown fields are ignored. */
export function readUserFields(body: unknown, definitions: Definitions): UserFields {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw unprocessable('the body must be a JSON object');
  }
  const given: Readonly<Record<string, unknown>> = { ...body };
  return Object.fromEntries(
    Object.entries(READERS)
      .filter(([name]) => given[name] !== undefined)
      .map(([name, read]) => [name, read(given[name], name, definitions)]),
  );
}

function readText(value: unknown, name: string, field: string = name): string {
  if (typeof value !== 'string') {
    throw unprocessable(`${name} must be a string`, infoOf(field, 'is_invalid'));
  }
  return value;
}

function readFlag(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') {
    const problem = name === 'isActive' ? 'must_be_active_or_inactive' : 'is_invalid';
    throw unprocessable(`${name} must be true or false`, infoOf(name, problem));
  }
  return value;
}

function readName(value: unknown, name: string, charactersMax: number): string {
  const text = readText(value, name);
  if (text.trim() === '' || text.length > charactersMax) {
    const problem = text.length > charactersMax ? 'field_too_long' : 'field_required';
    throw unprocessable(`${name} must have 1 to ${charactersMax} characters`, infoOf(name, problem));
  }
  return text;
}

/** Skillsoft's help allows letters, digits and `@ _ + - .`, introduced by "including". */
function readLoginName(value: unknown, name: string): string {
  const text = readName(value, name, LOGIN_NAME_CHARACTERS_MAX);
  if (!/^[\p{L}\p{M}\p{N}@_+.-]+$/u.test(text)) {
    throw unprocessable(
      `${name} may contain only letters, digits and @ _ + - ., not ${JSON.stringify(text)}`,
      infoOf(name, 'invalid_login_name_format'),
    );
  }
  return text;
}

function readEmail(value: unknown, name: string): string {
  const text = readText(value, name);
  if (!/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text)) {
    throw unprocessable(
      `${name} is not an e-mail address: ${JSON.stringify(text)}`,
      infoOf(name, 'invalid_email_format'),
    );
  }
  return text;
}

function readRole(value: unknown, name: string): string {
  if (typeof value !== 'string' || !ROLES.includes(value)) {
    throw unprocessable(
      `${name} must be one of ${ROLES.join(', ')}, not ${JSON.stringify(value)}`,
      infoOf(name, 'is_invalid'),
    );
  }
  return value;
}

function readPassword(value: unknown, name: string): string {
  const text = readText(value, name);
  const kinds = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/].filter((kind) => kind.test(text)).length;
  if (text.length < PASSWORD_CHARACTERS_MIN || kinds < 3) {
    // Some servers repeat the rejected value, as here: clients must not pass it on.
    throw unprocessable(
      `${name} ${JSON.stringify(text)} must have at least ${PASSWORD_CHARACTERS_MIN} characters, of at least 3 of 4 kinds`,
      infoOf(name, 'invalid_password'),
    );
  }
  return text;
}

function readCustomAttributes(value: unknown, name: string, definitions: Definitions): Required<CustomAttribute>[] {
  if (!Array.isArray(value)) {
    throw unprocessable(`${name} must be a list`);
  }
  return value.map((entry: unknown) => {
    const { id, name: label, value: text } = (entry ?? {}) as Readonly<Record<string, unknown>>;
    // If both are given, the id wins.
    const found = definitions.find((each) => (id === undefined ? each.name === label : each.id === id));
    if (found === undefined) {
      throw unprocessable(
        `${name}: no attribute has ${id === undefined ? 'the name' : 'the id'} ${String(id ?? label)}`,
        infoOf(String(id ?? label), 'attribute_not_found'),
      );
    }
    return { id: found.id, name: found.name, value: readText(text, `${name}: the value of ${found.name}`, found.name) };
  });
}
