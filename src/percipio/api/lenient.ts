// Schemas for what Percipio may leave out: of most objects, any field can be null or missing.
import { z } from 'zod';

/** What may be null or missing. Both become undefined; any other type than `schema`'s is an error. */
export function optional<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().transform((value) => value ?? undefined);
}

/** A list that may be null or missing, which then is empty. */
export function optionalList<Schema extends z.ZodType>(schema: Schema) {
  return z
    .array(schema)
    .nullish()
    .transform((value) => value ?? []);
}
