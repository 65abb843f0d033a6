// Parses and checks the request for an account, before anything is sent.

import { Code, ServiceError } from 'baton-connector-sdk';
import { z } from 'zod';
import type { AccountInfo } from '#gen/c1/connector/v2/resource_pb.js';
import { type NewUser, welcomeLanguages } from '../api/user-changes.ts';
import { type AccountField, accountFields } from './account-schema.ts';
import {
  type AttributeValue,
  attributeValues,
  emailAddress,
  externalUserId,
  flagValue,
  leastRole,
  loginName,
  personName,
  userRole,
} from './user-fields.ts';

export interface AccountRequest {
  /** Without a password. */
  readonly user: NewUser & { readonly customAttributes: readonly AttributeValue[] };
  /** Whether to update an inactive account of the person, and to reactivate it if the account is to be active. */
  readonly reactivate: boolean;
  /** Whether the user must change the password, which the request must have, at the next sign-in. */
  readonly mustResetPassword: boolean;
  /** Keys of the profile that have a value and no meaning. */
  readonly unknownFields: readonly string[];
  /** How many e-mails besides the primary one the request has. Percipio has room for one. */
  readonly otherEmails: number;
}

/** An expression that finds nothing yields null or an empty string: both count as absent. */
function absent(value: unknown): unknown {
  return value === null || (typeof value === 'string' && value.trim() === '') ? undefined : value;
}

const given = <Schema extends z.ZodType>(schema: Schema) => z.preprocess(absent, schema);

const welcomeLanguage = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(z.enum(welcomeLanguages, `must be one of ${welcomeLanguages.join(', ')}`));

const profileSchema = z
  .object({
    external_user_id: given(externalUserId),
    email: given(emailAddress.optional()),
    login_name: given(loginName.optional()),
    first_name: given(personName.optional()),
    last_name: given(personName.optional()),
    role: given(userRole.default(leastRole)),
    custom_attributes: given(attributeValues.default([])),
    is_active: given(flagValue.default(true)),
    is_instructor: given(flagValue.optional()),
    send_welcome_email: given(flagValue.default(false)),
    welcome_email_language: given(welcomeLanguage.optional()),
    must_reset_password: given(flagValue.default(false)),
    reactivate: given(flagValue.default(false)),
  } satisfies Record<AccountField, z.ZodType>)
  .refine(({ send_welcome_email, email }) => !send_welcome_email || email !== undefined, {
    path: ['send_welcome_email'],
    message: 'needs an e-mail',
  })
  .refine((fields) => fields.welcome_email_language === undefined || fields.send_welcome_email, {
    path: ['welcome_email_language'],
    message: 'needs send_welcome_email',
  });

/** Callers may add these for connectors that read nothing but the profile. */
const commonFields: readonly string[] = ['login', 'email'];

/**
 * The account as Percipio takes it. E-mail and login name of the profile win over those of the account: somebody chose
 * them for Percipio.
 * @throws ServiceError `invalid_account` INVALID_ARGUMENT that lists all faults, without values.
 */
export function parseAccountRequest({ emails, login, profile = {} }: AccountInfo): AccountRequest {
  const primary = emails.find(({ isPrimary }) => isPrimary) ?? emails[0];
  const parsed = profileSchema.safeParse({
    ...profile,
    email: absent(profile.email) ?? primary?.address,
    login_name: absent(profile.login_name) ?? absent(login) ?? profile.login,
  });
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${z.core.toDotPath(path)} ${message}`);
    throw new ServiceError(Code.InvalidArgument, `Cannot create the account: ${faults.join('; ')}`, {
      reason: 'invalid_account',
    });
  }
  const fields = parsed.data;
  const used = [fields.email, primary?.address].map((address) => address?.toLowerCase());
  const others = emails.map(({ address }) => address.toLowerCase()).filter((address) => !used.includes(address));
  return {
    user: {
      externalUserId: fields.external_user_id,
      email: fields.email,
      isActive: fields.is_active,
      loginName: fields.login_name,
      firstName: fields.first_name,
      lastName: fields.last_name,
      role: fields.role,
      isInstructor: fields.is_instructor,
      customAttributes: fields.custom_attributes.filter(({ value }) => absent(value) !== undefined),
      sendWelcomeEmail: fields.send_welcome_email,
      welcomeEmailLanguage: fields.welcome_email_language,
    },
    mustResetPassword: fields.must_reset_password,
    reactivate: fields.reactivate,
    unknownFields: Object.entries(profile).flatMap(([name, value]) =>
      accountFields.includes(name) || commonFields.includes(name) || absent(value) === undefined ? [] : [name],
    ),
    otherEmails: new Set(others).size,
  };
}
