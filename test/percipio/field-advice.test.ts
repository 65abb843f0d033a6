import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adviseOnField } from '../../src/percipio/field-advice.ts';

for (const [field, problem, advice] of [
  ['login_name', 'field_too_long', 'Use a login name of at most 128 characters'],
  ['loginName', 'field_too_long', 'Use a login name of at most 128 characters'],
  ['external_id', 'field_too_long', 'Use an external user id of at most 255 characters'],
  ['externalUserId', 'field_too_long', 'Use an external user id of at most 255 characters'],
  ['first_name', 'field_too_long', 'Shorten the first name'],
  ['external_id', 'field_required', 'Percipio requires the external user id: give it a value'],
  ['email', 'invalid_email_format', 'Correct the e-mail address'],
  [
    'email',
    'field_not_unique',
    'Another user in Percipio has the e-mail address already, in this or another case; nothing was changed',
  ],
  [
    'role',
    'is_invalid',
    'Use one of the roles LEARNER, ADMIN, CONTENT_CURATOR, CONTENT_COORDINATOR, LEARNING_ADMIN, MANAGER',
  ],
  ['password', 'field_required', 'Percipio requires a password: set one'],
  [
    'newPassword',
    'anything',
    'Choose a password of at least 8 characters of at least 3 kinds: lower case, upper case, digits, special characters',
  ],
  ['Cost "Center"', 'is_invalid', 'Correct the custom attribute "Cost \\"Center\\""'],
  ['constructor', 'toString', undefined],
  ['login_name', 'something_new', undefined],
] as const) {
  test(`advice on ${field}->${problem}`, () => assert.equal(adviseOnField({ field, problem }), advice));
}
