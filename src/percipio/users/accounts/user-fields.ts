// The forms of a person's fields, for whoever sends them: checked before Percipio is asked.
import { z } from 'zod';

/** A value of a custom attribute, by its name. */
export interface AttributeValue {
  readonly name: string;
  readonly value: string;
}

const text = z.string('must be a text').trim();

export const emailAddress = text.regex(z.regexes.unicodeEmail, 'must be an e-mail address');

/** Percipio's own form takes 128 characters; which ones, it says itself. */
export const loginName = text
  .min(1, 'must not be empty')
  .max(128, 'is longer than 128 characters')
  .regex(/^\S*$/, 'must not contain spaces');

export const personName = text.min(1, 'must not be empty');

/** Values by name, as Percipio takes them. All of them are texts there. An empty one clears the attribute. */
export const attributeValues = z
  .record(
    z.string().trim().min(1, 'must not be empty'),
    z.union(
      [z.string().trim(), z.number().transform(String), z.boolean().transform(String), z.null().transform(() => '')],
      'must be a text',
    ),
    'must be texts by the names of attributes',
  )
  .transform((values): readonly AttributeValue[] => Object.entries(values).map(([name, value]) => ({ name, value })));
