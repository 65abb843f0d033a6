// Schemas for fields that Percipio may omit: in most objects, any field can be null or missing.
import { z } from 'zod';

/** A value that may be null or missing, which becomes undefined. A value of another type is an error. */
export function optional<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().transform((value) => value ?? undefined);
}

/** A list that may be null or missing, which becomes empty. */
export function optionalList<Schema extends z.ZodType>(schema: Schema) {
  return z
    .array(schema)
    .nullish()
    .transform((value) => value ?? []);
}
