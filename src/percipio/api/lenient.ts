// Reads what Percipio may omit or send in another form: of most objects, any field can be null, missing or odd.

// Plain functions, and zod only around them: zod's generated parsers of nested objects made V8 compile functions so large
// that a sync took 8 MB more.
import { z } from 'zod';
import { isJsonObject, type JsonObject } from './json.ts';

/** A field that may be null or missing. Both become undefined; any other type than `schema`'s is an error. */
export function optional<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().transform((value) => value ?? undefined);
}

/** Text without padding. Numbers and booleans become text; anything else is undefined. */
export function toTrimmedText(value: unknown): string | undefined {
  return toText(value)?.trim();
}

function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/**
 * The fields of an object. Each method reads one of them: undefined if it is missing, null or cannot be read. What is
 * there and cannot be read is counted.
 */
export class Fields {
  readonly #object: JsonObject;
  /** Of the object: empty, or with a dot at its end. */
  readonly #path: string;
  readonly #count: (path: string) => void;

  /** @param count - Called with the path of each value that cannot be read, such as `lifecycle.status`. */
  constructor(object: JsonObject, path: string, count: (path: string) => void) {
    this.#object = object;
    this.#path = path;
    this.#count = count;
  }

  /** Text as it is. Only a string is one. */
  string(name: string): string | undefined {
    const value = this.#object[name];
    return typeof value === 'string' ? value : this.#unread(name, value);
  }

  /** Text. Numbers and booleans become text. */
  text(name: string): string | undefined {
    const value = this.#object[name];
    return toText(value) ?? this.#unread(name, value);
  }

  /** The same without padding. */
  trimmedText(name: string): string | undefined {
    return this.text(name)?.trim();
  }

  /** The same, where blank text cannot be read. */
  filledText(name: string): string | undefined {
    const text = this.trimmedText(name);
    return text === '' ? this.#unread(name, this.#object[name]) : text;
  }

  /** The same as trimmed text, where a list has several values: they are separated by `|`, as in Percipio's own files. */
  joinedText(name: string): string | undefined {
    const value = this.#object[name];
    if (!Array.isArray(value)) return this.trimmedText(name);
    const texts = value.filter((entry) => !isNothing(entry)).map(toTrimmedText);
    if (texts.includes(undefined)) this.#count(this.#path + name);
    return texts.filter(Boolean).join('|') || undefined;
  }

  /** True or false, which may be text in any case. */
  flag(name: string): boolean | undefined {
    const value = this.#object[name];
    if (typeof value === 'boolean') return value;
    const word = toTrimmedText(value)?.toLowerCase();
    return word === 'true' ? true : word === 'false' ? false : this.#unread(name, value);
  }

  /** A whole number from 0, which may be text. */
  number(name: string): number | undefined {
    const value = this.#object[name];
    const text = toTrimmedText(value) ?? '';
    return /^\d{1,15}$/.test(text) ? Number(text) : this.#unread(name, value);
  }

  /** The fields of an object in the object. */
  object(name: string): Fields | undefined {
    const value = this.#object[name];
    return isJsonObject(value) ? this.#fieldsOf(name, value) : this.#unread(name, value);
  }

  /** A list of texts, some of which may be in objects that `read` reads; without the entries that are neither. */
  texts(name: string, read: (fields: Fields) => string | undefined): string[] {
    const value = this.#object[name];
    if (!Array.isArray(value)) {
      this.#unread(name, value);
      return [];
    }
    const texts = value.map((entry: unknown) =>
      isJsonObject(entry) ? read(this.#fieldsOf(name, entry)) : toTrimmedText(entry),
    );
    if (texts.some((text, index) => !text && !isNothing(value[index]))) this.#count(this.#path + name);
    return texts.flatMap((text) => text || []);
  }

  /** A list of objects, without the entries that are none. What is not a list is an empty one. */
  list<Item>(name: string, read: (fields: Fields) => Item): Item[] {
    const value = this.#object[name];
    if (Array.isArray(value)) return this.#readList(name, value, read);
    this.#unread(name, value);
    return [];
  }

  /** The same for objects with `name` and `value`, which may be an object with the values by name. */
  pairs<Item>(name: string, read: (fields: Fields) => Item): Item[] {
    const value = this.#object[name];
    return isJsonObject(value) ? this.#readList(name, toPairs(value), read) : this.list(name, read);
  }

  #readList<Item>(name: string, entries: readonly unknown[], read: (fields: Fields) => Item): Item[] {
    const objects = entries.filter(isJsonObject);
    if (objects.length < entries.filter((entry) => !isNothing(entry)).length) this.#count(this.#path + name);
    return objects.map((object) => read(this.#fieldsOf(name, object)));
  }

  #fieldsOf(name: string, object: JsonObject): Fields {
    return new Fields(object, `${this.#path}${name}.`, this.#count);
  }

  #unread(name: string, value: unknown): undefined {
    if (!isNothing(value) && !(Array.isArray(value) && value.every(isNothing))) this.#count(this.#path + name);
  }
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function toPairs(object: JsonObject): JsonObject[] {
  return Object.entries(object).map(([name, value]) => ({ name, value }));
}

/** How many values could not be read, by path: `lifecycle.status`, or `null` for entries of a list that are null. */
export type UnreadCounts = ReadonlyMap<string, number>;

/** Makes an item of the only field that is always there and readable, and of the others. */
type ReadItem<Item> = (id: string, fields: Fields) => Item;

/** A list of objects, as far as it could be read. */
export interface LenientObjects<Item> {
  readonly items: readonly Item[];
  /** How many entries the list had, those included that are null. */
  readonly entries: number;
  readonly unread: UnreadCounts;
}

/** A list of objects in which one odd value costs one value. Only an object without an id is an error, and ends the check. */
export function lenientObjects<Item>(read: ReadItem<Item>) {
  return z.array(z.unknown()).transform((entries, context): LenientObjects<Item> => {
    const { unread, count } = countUnread();
    const items: Item[] = [];
    for (const [index, entry] of entries.entries()) {
      if (entry === null) {
        count('null');
      } else if (isIdentified(entry)) {
        items.push(read(entry.id, new Fields(entry, '', count)));
      } else {
        return addIssues(entry, [index], context);
      }
    }
    return { items, entries: entries.length, unread };
  });
}

/** One object of the same kind. */
export function lenientObject<Item>(read: ReadItem<Item>) {
  return z.unknown().transform((value, context): { readonly item: Item; readonly unread: UnreadCounts } => {
    if (!isIdentified(value)) return addIssues(value, [], context);
    const { unread, count } = countUnread();
    return { item: read(value.id, new Fields(value, '', count)), unread };
  });
}

/** A list of objects of which nothing is certain, not even an id. What is not an object has no fields. */
export function uncertainObjects<Item>(read: (fields: Fields) => Item) {
  return z.array(z.unknown()).transform((entries): LenientObjects<Item> => {
    const { unread, count } = countUnread();
    const items: Item[] = [];
    for (const entry of entries) {
      if (entry === null) count('null');
      else items.push(read(new Fields(isJsonObject(entry) ? entry : {}, '', count)));
    }
    return { items, entries: entries.length, unread };
  });
}

function isIdentified(value: unknown): value is JsonObject & { readonly id: string } {
  return isJsonObject(value) && typeof value.id === 'string' && value.id !== '';
}

const identified = z.object({ id: z.string().min(1) });

/** Says what is wrong with a value that is not an object with an id. */
function addIssues(value: unknown, at: readonly number[], context: z.RefinementCtx): never {
  for (const { message, path } of identified.safeParse(value).error?.issues ?? []) {
    context.addIssue({ code: 'custom', message, path: [...at, ...path] });
  }
  return z.NEVER;
}

function countUnread() {
  const unread = new Map<string, number>();
  const count = (path: string) => {
    unread.set(path, (unread.get(path) ?? 0) + 1);
  };
  return { unread, count };
}
