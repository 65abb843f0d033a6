// What has to change about a person.
import type { User } from '../../api/user.ts';
import type { UserChanges } from '../../api/user-changes.ts';
import { isSameName } from './find-person.ts';
import type { AttributeValue } from './user-fields.ts';

/** What Percipio answers as it was told it. */
const readableFields = ['externalUserId', 'email', 'loginName', 'isActive', 'firstName', 'lastName', 'role'] as const;

type ReadableField = (typeof readableFields)[number];

/** What a person shall be like. Fields that are left out, and attributes that are not named, stay as they are. */
export type WantedUser = Pick<UserChanges, ReadableField> & {
  readonly customAttributes?: readonly AttributeValue[] | undefined;
};

/** The wanted fields that a person does not have yet; nothing when there are none. */
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
  // Percipio may keep these in another case than it was told them.
  return name === 'email' || name === 'loginName' ? isSameName(user[name], wanted[name]) : user[name] === wanted[name];
}

/** An attribute without a value reads as one with an empty one. */
function attributeOf(user: User, wanted: string): string {
  return user.customAttributes.find(({ name }) => name === wanted)?.value ?? '';
}
