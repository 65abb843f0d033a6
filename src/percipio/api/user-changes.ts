// The fields with which user-management creates and changes a user.

/** The roles of Percipio. A user has exactly one. */
export const userRoles = [
  'LEARNER',
  'ADMIN',
  'CONTENT_CURATOR',
  'CONTENT_COORDINATOR',
  'LEARNING_ADMIN',
  'MANAGER',
] as const;

export type UserRole = (typeof userRoles)[number];

/** The value of an attribute that the organization has defined. If both are given, Percipio uses the id. */
export type CustomAttributeValue =
  | { readonly id: string; readonly name?: string | undefined; readonly value: string }
  | { readonly name: string; readonly value: string };

interface UserFields {
  readonly email?: string | undefined;
  /** Only active users can sign in. */
  readonly isActive?: boolean | undefined;
  readonly loginName?: string | undefined;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  readonly role?: UserRole | undefined;
  /** Other attributes stay as they are. */
  readonly customAttributes?: readonly CustomAttributeValue[] | undefined;
  /**
   * At least 8 characters of at least 3 kinds: lower case, upper case, digits, special characters. Not needed in an
   * organization whose users sign in only by SSO. It is never read back, and never shown in an error or a log.
   */
  readonly password?: string | undefined;
  /** Whether the user must change the password at the next sign-in. Only a batch can say so ({@link needsBatch}). */
  readonly mustResetPassword?: boolean | undefined;
  readonly isInstructor?: boolean | undefined;
}

/** A user to create. */
export interface NewUser extends UserFields {
  /** The user's id in the customer's own system. Unique in the organization. */
  readonly externalUserId: string;
  /** Default false. */
  readonly sendWelcomeEmail?: boolean | undefined;
  /** Default: that of the organization. Only a batch can say so ({@link needsBatch}). */
  readonly welcomeEmailLanguage?: WelcomeLanguage | undefined;
}

/** The languages of the welcome e-mail. */
export const welcomeLanguages = ['en', 'es', 'de', 'fr', 'pt', 'ja', 'zh'] as const;

export type WelcomeLanguage = (typeof welcomeLanguages)[number];

/** Changes of a user: omitted and undefined fields stay as they are. */
export interface UserChanges extends UserFields {
  readonly externalUserId?: string | undefined;
}

/** A user in a batch. Percipio changes the one with this external user id, or creates them. */
export type BatchUser = UserChanges & Pick<NewUser, 'externalUserId' | 'sendWelcomeEmail' | 'welcomeEmailLanguage'>;

/** Whether a write says what only a batch can say. */
export function needsBatch({
  mustResetPassword,
  welcomeEmailLanguage,
}: Pick<NewUser, 'mustResetPassword' | 'welcomeEmailLanguage'>): boolean {
  return mustResetPassword === true || welcomeEmailLanguage !== undefined;
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

/** The body of a request: only the documented fields, whatever else an object has. */
export function toUserBody(user: NewUser | UserChanges): Record<string, unknown> {
  const fields: Readonly<Record<string, unknown>> = { ...user };
  return Object.fromEntries(fieldNames.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])));
}

/** The same in a batch, where the password has another name. */
export function toBatchBody(user: BatchUser): Record<string, unknown> {
  const { password: newPassword, ...fields } = toUserBody(user);
  const { mustResetPassword, welcomeEmailLanguage } = user;
  return {
    ...fields,
    ...(newPassword !== undefined && { newPassword }),
    ...(mustResetPassword !== undefined && { mustResetPassword }),
    ...(welcomeEmailLanguage !== undefined && { welcomeEmailLanguage }),
  };
}
