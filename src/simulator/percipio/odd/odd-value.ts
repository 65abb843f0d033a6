// Odd values in general: how they are described and spread over an organization.

/** One odd value. */
export interface OddValue {
  readonly of: 'user' | 'content';
  readonly id: string;
  /** The name of the oddity, for titles of tests. */
  readonly oddity: string;
  /** The field that holds it; for a custom attribute, `customAttributes.` and its name. */
  readonly field: string;
  /**
   * The text that a lenient reader gets, or the texts of a list; undefined if the field counts as missing. A run of white
   * space equals one blank.
   */
  readonly plain: string | readonly string[] | undefined;
}

/** The changed field, or fields; undefined if the oddity does not apply to the object. */
export type Made = Pick<OddValue, 'field' | 'plain'> | readonly Pick<OddValue, 'field' | 'plain'>[] | undefined;

/** Oddities by name. Each changes one object. */
export type Oddities<Item> = readonly (readonly [name: string, make: (item: Item) => Made])[];

/** Gives every `step`th item one oddity, in turn. The seed decides where to begin. */
export function sprinkle<Item extends { readonly id: string }>(
  items: readonly Item[],
  of: OddValue['of'],
  oddities: Oddities<Item>,
  { seed, step }: { readonly seed: number; readonly step: number },
): OddValue[] {
  let turn = seed;
  return items.flatMap((item, index) => {
    const [oddity, make] = oddities[turn % oddities.length] ?? [];
    if (index % step !== step - 1 || oddity === undefined || make === undefined) return [];
    const made = make(item);
    if (made === undefined) return [];
    turn += 1;
    return [made].flat().map((each) => ({ of, id: item.id, oddity, ...each }));
  });
}

/** Maps items to the entries of a list in a response. */
export type ListEntries = <Item>(items: readonly Item[]) => readonly (Item | null)[];

const ITEMS_PER_NULL = 37;

/** The items with null entries between them, the first one in front. */
export function withNullEntries<Item>(items: readonly Item[]): (Item | null)[] {
  return items.flatMap((item, index) => (index % ITEMS_PER_NULL === 0 ? [null, item] : [item]));
}
