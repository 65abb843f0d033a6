// A user of Percipio, as returned by user-management.
import { type Fields, lenientObject, lenientObjects } from './lenient.ts';

interface UserReference {
  readonly id: string | undefined;
  readonly email: string | undefined;
  readonly externalUserId: string | undefined;
}

interface UserAttribute {
  readonly id: string | undefined;
  readonly name: string | undefined;
  /** An attribute can have several values: then they are joined. */
  readonly value: string | undefined;
}

/** Only `id` is always there, and readable. */
export interface User {
  /** A UUID. */
  readonly id: string;
  readonly externalUserId: string | undefined;
  readonly email: string | undefined;
  readonly isActive: boolean | undefined;
  readonly loginName: string | undefined;
  readonly firstName: string | undefined;
  readonly lastName: string | undefined;
  /** `LEARNER`, `ADMIN` and others; not checked here, since Percipio may add more. */
  readonly role: string | undefined;
  /** ISO 8601. */
  readonly updatedAt: string | undefined;
  readonly jobTitle: string | undefined;
  readonly isInstructor: boolean | undefined;
  readonly hasCoaching: boolean | undefined;
  readonly hasEnterpriseCoaching: boolean | undefined;
  readonly hasEnterpriseCoachingDashboard: boolean | undefined;
  /** The user's manager. */
  readonly approvalManager: UserReference | undefined;
  readonly customAttributes: readonly UserAttribute[];
}

function readUser(id: string, fields: Fields): User {
  return {
    id,
    externalUserId: fields.trimmedText('externalUserId'),
    email: fields.trimmedText('email'),
    isActive: fields.flag('isActive'),
    loginName: fields.trimmedText('loginName'),
    firstName: fields.trimmedText('firstName'),
    lastName: fields.trimmedText('lastName'),
    role: fields.string('role')?.trim(),
    updatedAt: fields.string('updatedAt'),
    jobTitle: fields.trimmedText('jobTitle'),
    isInstructor: fields.flag('isInstructor'),
    hasCoaching: fields.flag('hasCoaching'),
    hasEnterpriseCoaching: fields.flag('hasEnterpriseCoaching'),
    hasEnterpriseCoachingDashboard: fields.flag('hasEnterpriseCoachingDashboard'),
    approvalManager: readReference(fields.object('approvalManager')),
    customAttributes: fields.pairs('customAttributes', (attribute) => ({
      id: attribute.trimmedText('id'),
      name: attribute.filledText('name'),
      value: attribute.joinedText('value'),
    })),
  };
}

function readReference(fields: Fields | undefined): UserReference | undefined {
  return (
    fields && {
      id: fields.trimmedText('id'),
      email: fields.trimmedText('email'),
      externalUserId: fields.trimmedText('externalUserId'),
    }
  );
}

export const userSchema = lenientObject(readUser);

export const usersSchema = lenientObjects(readUser);
