// What user-management takes when a person is created or changed.

/** The roles of Percipio. A person has exactly one. */
export const userRoles = [
  'LEARNER',
  'ADMIN',
  'CONTENT_CURATOR',
  'CONTENT_COORDINATOR',
  'LEARNING_ADMIN',
  'MANAGER',
] as const;

export type UserRole = (typeof userRoles)[number];

/** A value of an attribute that the organization has defined. Where both are given, Percipio goes by the id. */
export type CustomAttributeValue =
  | { readonly id: string; readonly name?: string | undefined; readonly value: string }
  | { readonly name: string; readonly value: string };

interface UserFields {
  readonly email?: string | undefined;
  /** Only active people can sign in. */
  readonly isActive?: boolean | undefined;
  readonly loginName?: string | undefined;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  readonly role?: UserRole | undefined;
  /** Attributes that are not named stay as they are. */
  readonly customAttributes?: readonly CustomAttributeValue[] | undefined;
  /**
   * At least 8 characters, from at least 3 of: lower case, upper case, digits, special ones. An organization whose
   * people sign in by SSO alone needs none. It is never read back, and is shown in no error and no log.
   */
  readonly password?: string | undefined;
  readonly isInstructor?: boolean | undefined;
}

/** A person to create. */
export interface NewUser extends UserFields {
  /** What the person is called in the customer's own system. Unique in the organization. */
  readonly externalUserId: string;
  /** Default false. */
  readonly sendWelcomeEmail?: boolean | undefined;
}

/** What to change about a person: what is left out or undefined stays as it is. */
export interface UserChanges extends UserFields {
  readonly externalUserId?: string | undefined;
}

const fieldNames = [
  'externalUserId',
  'email',
  'isActive',
  'loginName',
  'firstName',
  'lastName',
  'role',
  'customAttributes',
  'password',
  'sendWelcomeEmail',
  'isInstructor',
] as const satisfies readonly (keyof NewUser)[];

/** The body of a request: the documented fields and nothing else, whatever an object has beside them. */
export function toUserBody(user: NewUser | UserChanges): Record<string, unknown> {
  const fields: Readonly<Record<string, unknown>> = { ...user };
  return Object.fromEntries(fieldNames.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])));
}
