// Finds resources and entitlements by what people call them.
import { ofTypes, type ResourceFilter } from './list-resources.ts';
import { type ResourceView, toResourceView } from './resource-view.ts';
import { type EntitlementView, type SyncView, toEntitlementView } from './sync-view.ts';

/** What a text names. */
export interface Found<Item> {
  /**
   * What the text is of the items: their `id`; their `contact` (an e-mail address, a login or an employee id); their
   * `name`; or `part`: each of its words is in a name or a contact. Only the best kind of match is returned.
   */
  readonly by: 'id' | 'contact' | 'name' | 'part';
  /** The first of them. */
  readonly items: readonly Item[];
  /** How many there are. */
  readonly total: number;
}

/** How many items a search returns by default. */
const foundMax = 20;

/**
 * Finds resources by id (with or without the type before it: `user:42`), e-mail address, login, employee id or name, in
 * any case. All but ids reads all resources: a second for some 100,000.
 * @returns Undefined if there are none.
 */
export function findResources(
  view: SyncView,
  text: string,
  { types, limit = foundMax }: Pick<ResourceFilter, 'types' | 'limit'> = {},
): Found<ResourceView> | undefined {
  const byId = view.types
    .filter(({ id }) => types === undefined || types.includes(id))
    .flatMap(({ id: type }) => {
      const id = text.startsWith(`${type}:`) ? text.slice(type.length + 1) : text;
      return view.resource({ type, id }) ?? [];
    });
  if (byId.length > 0) return { by: 'id', items: byId.slice(0, limit), total: byId.length };
  const rows = view.iterate(
    `select id, data from ${view.schema}.v1_resources where sync_id = ? ${ofTypes(types)} order by id`,
    ...[view.run.syncId, ...(types ? [JSON.stringify(types)] : [])],
  );
  return best(
    rows
      .filter((row) => mayContain(row.data as Uint8Array, text))
      .map((row) => toResourceView(Number(row.id), row.data as Uint8Array)),
    text,
    limit,
    ({ name, emails, logins, employeeIds }) => ({ names: [name], contacts: [...emails, ...logins, ...employeeIds] }),
  );
}

/**
 * Finds entitlements by id, display name or slug, in any case. A slug such as `completed` is that of many.
 * @returns Undefined if there are none.
 */
export function findEntitlements(
  view: SyncView,
  text: string,
  { limit = foundMax }: { readonly limit?: number } = {},
): Found<EntitlementView> | undefined {
  const byId = view.entitlement(text);
  if (byId) return { by: 'id', items: [byId], total: 1 };
  const rows = view.iterate(
    `select id, resource_type_id, resource_id, data from ${view.schema}.v1_entitlements where sync_id = ? order by id`,
    view.run.syncId,
  );
  return best(
    rows.filter((row) => mayContain(row.data as Uint8Array, text)).map(toEntitlementView),
    text,
    limit,
    ({ name, slug }) => ({ names: [name, slug], contacts: [] }),
  );
}

interface Texts {
  readonly names: readonly string[];
  readonly contacts: readonly string[];
}

function best<Item>(
  items: Iterable<Item>,
  text: string,
  limit: number,
  textsOf: (item: Item) => Texts,
): Found<Item> | undefined {
  const wanted = fold(text);
  const words = wordsOf(text);
  const kinds = { contact: new Matches<Item>(limit), name: new Matches<Item>(limit), part: new Matches<Item>(limit) };
  for (const item of items) {
    const { names, contacts } = textsOf(item);
    if (contacts.some((contact) => fold(contact) === wanted)) kinds.contact.add(item);
    else if (names.some((name) => fold(name) === wanted)) kinds.name.add(item);
    else if (isPart(words, [...names, ...contacts])) kinds.part.add(item);
  }
  for (const by of ['contact', 'name', 'part'] as const) {
    const { items: matches, total } = kinds[by];
    if (total > 0) return { by, items: matches, total };
  }
  return undefined;
}

class Matches<Item> {
  readonly items: Item[] = [];
  total = 0;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(item: Item): void {
    if (this.items.length < this.#limit) this.items.push(item);
    this.total++;
  }
}

function isPart(words: readonly string[], texts: readonly string[]): boolean {
  const folded = texts.map(fold);
  return words.length > 0 && words.every((word) => folded.some((each) => each.includes(word)));
}

/** Whether an encoded message contains all words of a text somewhere: to decode it takes much longer. */
function mayContain(data: Uint8Array, text: string): boolean {
  const all = fold(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString());
  return wordsOf(text).every((word) => all.includes(word));
}

function wordsOf(text: string): readonly string[] {
  return fold(text).split(/\s+/).filter(Boolean);
}

/** Without regard to case, and to how an accent is encoded. */
function fold(text: string): string {
  return text.normalize().toLowerCase();
}
