// Which fields of a user differ from the wanted ones.
import type { User } from '../api/user.ts';
import type { UserChanges } from '../api/user-changes.ts';
import { type AttributeValue, isSameName } from './user-fields.ts';

/** Fields that Percipio returns as they were written. */
const readableFields = [
  'externalUserId',
  'email',
  'loginName',
  'isActive',
  'firstName',
  'lastName',
  'role',
  'isInstructor',
] as const;

type ReadableField = (typeof readableFields)[number];

/** The wanted state of a user. Omitted fields and attributes stay as they are. */
type WantedUser = Pick<UserChanges, ReadableField> & {
  readonly customAttributes?: readonly AttributeValue[] | undefined;
};

/** The wanted fields that the user does not have yet; undefined if there are none. */
export function differencesOf(user: User, wanted: WantedUser): WantedUser | undefined {
  const different = readableFields.filter((name) => wanted[name] !== undefined && !hasField(user, wanted, name));
  const attributes = (wanted.customAttributes ?? []).filter(({ name, value }) => value !== attributeOf(user, name));
  if (different.length === 0 && attributes.length === 0) {
    return undefined;
  }
  return {
    ...Object.fromEntries(different.map((name) => [name, wanted[name]])),
    ...(attributes.length > 0 && { customAttributes: attributes }),
  };
}

function hasField(user: User, wanted: WantedUser, name: ReadableField): boolean {
  // Percipio may omit it.
  if (name === 'isInstructor') return (user.isInstructor ?? false) === wanted.isInstructor;
  // Percipio compares these without regard to case, and may change it.
  return name === 'email' || name === 'loginName' || name === 'externalUserId'
    ? isSameName(user[name], wanted[name])
    : user[name] === wanted[name];
}

/** An attribute without a value counts as empty. */
function attributeOf(user: User, wanted: string): string {
  return user.customAttributes.find(({ name }) => name === wanted)?.value ?? '';
}
