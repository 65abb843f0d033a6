// The formats of a user's fields, checked before Percipio is asked.
import { Code, ServiceError } from 'baton-connector-sdk';
import { z } from 'zod';
import { type UserRole, userRoles } from '../api/user-changes.ts';

/** The role of new users, which everyone has who has no other. */
export const leastRole = 'LEARNER' satisfies UserRole;

/** The role that people mean by its value in the API or by its name on Percipio's pages, in any case: `Site Admin`. */
export function parseRole(name: string): UserRole | undefined {
  const value = name
    .trim()
    .toUpperCase()
    .replaceAll(/[\s-]+/g, '_');
  return userRoles.find((role) => role === (value === 'SITE_ADMIN' ? 'ADMIN' : value));
}

/** A UUID. Checked so that nothing else becomes part of a URL path. */
export const userId = z.guid('must be the UUID of a user in Percipio');

/** @throws ServiceError `invalid_user_id` INVALID_ARGUMENT */
export function parseUserId(id: string): string {
  const parsed = userId.safeParse(id);
  if (!parsed.success) {
    throw new ServiceError(
      Code.InvalidArgument,
      `resource_id: ${JSON.stringify(id)} is not the UUID of a user in Percipio`,
      { reason: 'invalid_user_id' },
    );
  }
  return parsed.data;
}

/** External user ids, login names, e-mails and UUIDs are case-insensitive. */
export function isSameName(one: string | undefined, other: string | undefined): boolean {
  return one?.toLowerCase() === other?.toLowerCase();
}

const text = z.string('must be a string').trim();

/** Employee numbers may come as numbers. */
export const externalUserId = z
  .union([z.string(), z.int().transform(String)], 'is required by Percipio')
  .pipe(text.min(1, 'must not be empty').max(255, 'is longer than 255 characters'));

export const emailAddress = text.regex(z.regexes.unicodeEmail, 'must be an e-mail address');

/** Percipio's own form takes 128 characters. Which characters are valid, only Percipio knows. */
export const loginName = text
  .min(1, 'must not be empty')
  .max(128, 'is longer than 128 characters')
  .regex(/^\S*$/, 'must not contain spaces');

export const personName = text.min(1, 'must not be empty');

/** Forms and scripts may send it as text. */
export const flagValue = z.union(
  [z.boolean(), z.stringbool({ truthy: ['true'], falsy: ['false'] })],
  'must be true or false',
);

/** A role that can be set, as {@link parseRole} reads it. */
export const userRole = text.transform(parseRole).pipe(z.enum(userRoles, `must be one of ${userRoles.join(', ')}`));

/** The value of a custom attribute. */
export interface AttributeValue {
  readonly name: string;
  readonly value: string;
}

/** Values by attribute name. Percipio stores all of them as strings. An empty one clears the attribute. */
export const attributeValues = z
  .record(
    z.string().trim().min(1, 'must not be empty'),
    z.union(
      [z.string().trim(), z.number().transform(String), z.boolean().transform(String), z.null().transform(() => '')],
      'must be a string',
    ),
    'must be strings by attribute name',
  )
  .transform((values): readonly AttributeValue[] => Object.entries(values).map(([name, value]) => ({ name, value })));
