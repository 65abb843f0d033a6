// What to do about a value that Percipio does not accept. Sources of the problems: the rules of Skillsoft's bulk import
// (documentation.skillsoft.com), whose error codes the API shares.
import { type FieldProblem, isDuplicate } from './api/field-problems.ts';
import { userRoles } from './api/user-changes.ts';

const fields = {
  login_name: 'the login name',
  external_id: 'the external user id',
  external_user_id: 'the external user id',
  email: 'the e-mail address',
  email_address: 'the e-mail address',
  first_name: 'the first name',
  last_name: 'the last name',
  role: 'the role',
  password: 'the password',
  new_password: 'the password',
} as const;

type Field = keyof typeof fields;

const passwordRule =
  'Choose a password of at least 8 characters of at least 3 kinds: lower case, upper case, digits, special characters';

/** Sentences for problems of one field; they win over those for a problem of any field. */
const adviceOfField: Readonly<Partial<Record<(typeof fields)[Field], (problem: string) => string | undefined>>> = {
  'the login name': (problem) => {
    if (problem === 'invalid_login_name_format') {
      return 'Use only letters, digits and the characters @ _ + - . in the login name';
    }
    return problem === 'field_too_long' ? 'Use a login name of at most 128 characters' : undefined;
  },
  'the external user id': (problem) =>
    problem === 'field_too_long' ? 'Use an external user id of at most 255 characters' : undefined,
  'the role': (problem) => (problem === 'is_invalid' ? `Use one of the roles ${userRoles.join(', ')}` : undefined),
  'the password': (problem) => (problem === 'field_required' ? 'Percipio requires a password: set one' : passwordRule),
};

/** Sentences for a problem of any field. */
const adviceOfProblem: Readonly<Record<string, (what: string) => string>> = {
  attribute_not_found: (what) => `Percipio does not have ${what}: correct its name, or create it in Percipio`,
  field_required: (what) => `Percipio requires ${what}: give it a value`,
  field_too_long: (what) => `Shorten ${what}`,
  is_invalid: (what) => `Correct ${what}`,
  invalid_email_format: (what) => `Correct ${what}`,
};

/** What to do, as a sentence without a full stop; undefined for a problem that is not known. */
export function adviseOnField(fieldProblem: FieldProblem): string | undefined {
  const { field, problem } = fieldProblem;
  const name = toFieldName(field);
  const what = name === undefined ? `the custom attribute ${JSON.stringify(field)}` : fields[name];
  if (isDuplicate(fieldProblem)) {
    return `Another user in Percipio has ${what} already, in this or another case; nothing was changed`;
  }
  const special = name && adviceOfField[fields[name]]?.(problem);
  return special ?? (Object.hasOwn(adviceOfProblem, problem) ? adviceOfProblem[problem]?.(what) : undefined);
}

/** The API writes `loginName`, the import `login_name`. */
function toFieldName(field: string): Field | undefined {
  const name = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.hasOwn(fields, name) ? (name as Field) : undefined;
}
