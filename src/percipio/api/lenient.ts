// Schemas for what Percipio may omit or send in another form: of most objects, any field can be null, missing or odd.
import { z } from 'zod';

/** A field that may be null or missing. Both become undefined; any other type than `schema`'s is an error. */
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

/** A field that is undefined if it cannot be read. */
export function lenient<Schema extends z.ZodType>(schema: Schema) {
  return optional(schema).catch(undefined);
}

/** Text. Numbers and booleans become text; anything else is undefined. */
export const lenientText = z
  .unknown()
  .optional()
  .transform((value) => {
    if (typeof value === 'string') return value;
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
  });

/** A list without the entries that cannot be read. What is not a list is an empty one. */
export function lenientList<Schema extends z.ZodType>(schema: Schema) {
  return z
    .unknown()
    .optional()
    .transform((value) => readEntries(value, schema));
}

function readEntries<Schema extends z.ZodType>(value: unknown, schema: Schema): z.output<Schema>[] {
  return (Array.isArray(value) ? value : []).flatMap((entry) => {
    const { data } = schema.safeParse(entry);
    return data === undefined ? [] : [data];
  });
}

/** A list of objects, as far as it could be read. */
export interface LenientObjects<Item> {
  readonly items: readonly Item[];
  /** How many entries the list had, those included that are null. */
  readonly entries: number;
  /** How many values could not be read, by path: `lifecycle.status`, or `null` for entries that are null. */
  readonly unread: ReadonlyMap<string, number>;
}

/** A list of objects in which one odd value costs one value. What `schema` does not take is an error. */
export function lenientObjects<Schema extends z.ZodType>(schema: Schema) {
  return z.array(z.unknown()).transform((entries, context): LenientObjects<z.output<Schema>> => {
    const unread = new Map<string, number>();
    const count = (path: string) => {
      unread.set(path, (unread.get(path) ?? 0) + 1);
    };
    const items: z.output<Schema>[] = [];
    for (const [index, entry] of entries.entries()) {
      if (entry === null) {
        count('null');
        continue;
      }
      const { data, error } = schema.safeParse(entry);
      if (error) {
        for (const { message, path } of error.issues) {
          context.addIssue({ code: 'custom', message, path: [index, ...path] });
        }
      } else {
        items.push(data);
        visitUnread(entry, data, '', count);
      }
    }
    return { items, entries: entries.length, unread };
  });
}

/** Visits what holds something in `given` and nothing in `read`, which a lenient schema has made from it. */
function visitUnread(given: unknown, read: unknown, path: string, visit: (path: string) => void): void {
  if (given === undefined || given === null) return;
  if (read === undefined) {
    visit(path);
  } else if (Array.isArray(read)) {
    const entries = Array.isArray(given) ? given.filter((entry) => entry !== null) : [given];
    if (entries.length !== read.length) visit(path);
    for (const [index, entry] of entries.length === read.length ? read.entries() : []) {
      visitUnread(entries[index], entry, path, visit);
    }
  } else if (typeof read === 'object' && typeof given === 'object') {
    const fields: Readonly<Record<string, unknown>> = { ...given };
    for (const [name, value] of Object.entries(read ?? {})) {
      visitUnread(fields[name], value, path === '' ? name : `${path}.${name}`, visit);
    }
  }
}
