// Schemas for what Percipio may omit or send in another form: of most objects, any field can be null, missing or odd.
import { z } from 'zod';

/** A field that may be null or missing. Both become undefined; any other type than `schema`'s is an error. */
export function optional<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().transform((value) => value ?? undefined);
}

/** A field that is undefined if it cannot be read. */
export function lenient<Schema extends z.ZodType>(schema: Schema) {
  return optional(schema).catch(undefined);
}

/** Text. Numbers and booleans become text; anything else is undefined. */
export const lenientText = z.unknown().optional().transform(toText);

/** The same without padding. */
export const trimmedText = lenientText.transform((text) => text?.trim());

/** The same, where a list has several values: they are separated by `|`, as in Percipio's own files. */
export const joinedText = z
  .unknown()
  .optional()
  .transform((value) => {
    if (!Array.isArray(value)) return toText(value)?.trim();
    const texts = value.map((entry) => toText(entry)?.trim()).filter(Boolean);
    return texts.length === 0 ? undefined : texts.join('|');
  });

/** True or false, which may be text in any case. */
export const lenientFlag = z
  .unknown()
  .optional()
  .transform((value) => {
    const word = toText(value)?.trim().toLowerCase();
    return word === 'true' ? true : word === 'false' ? false : undefined;
  });

function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

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

/** The same for a list of names and values, which may be a map from one to the other. */
export function lenientPairs<Schema extends z.ZodType>(schema: Schema) {
  return z
    .unknown()
    .optional()
    .transform((value) => readEntries(isMap(value) ? toPairs(value) : value, schema));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toPairs(map: Readonly<Record<string, unknown>>): { name: string; value: unknown }[] {
  return Object.entries(map).map(([name, value]) => ({ name, value }));
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
  if (isNothing(given) || (Array.isArray(given) && given.every(isNothing))) return;
  if (read === undefined) {
    visit(path);
  } else if (Array.isArray(read)) {
    const entries = toEntries(given, read.length).filter((entry) => entry !== null);
    if (entries.length !== read.length) visit(path);
    for (const [index, entry] of entries.length === read.length ? read.entries() : []) {
      visitUnread(entries[index], entry, path, visit);
    }
  } else if (Array.isArray(given)) {
    // A text that was joined from the entries.
    if (given.some((entry) => !isNothing(entry) && toText(entry) === undefined)) visit(path);
  } else if (isMap(read) && isMap(given)) {
    for (const [name, value] of Object.entries(read)) {
      // Most values are read: they need no path.
      if (value === undefined ? isNothing(given[name]) : typeof value !== 'object' && !Array.isArray(given[name]))
        continue;
      visitUnread(given[name], value, path === '' ? name : `${path}.${name}`, visit);
    }
  }
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** @param readLength - How many entries were read; a map of which none was read is one entry. */
function toEntries(given: unknown, readLength: number): readonly unknown[] {
  if (Array.isArray(given)) return given;
  return isMap(given) && readLength > 0 ? toPairs(given) : [given];
}
