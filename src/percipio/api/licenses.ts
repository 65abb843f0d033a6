// The family common: what the organization has bought. Public documents name the endpoints and no field of their objects,
// so every field may be missing, and what it is called here is a guess.

import type { HttpClient } from './http-client.ts';
import { type Fields, type LenientObjects, type UnreadCounts, uncertainObjects } from './lenient.ts';
import { toPathPart } from './path-part.ts';

/** A collection of content that can be licensed. */
export interface Collection {
  /** Percipio's id, or the name where there is none. */
  readonly id: string;
  /** As reports have it; undefined if the collection has only an id. */
  readonly name: string | undefined;
}

/** The seats that an organization has bought for some collections. */
export interface LicensePool extends Collection {
  /** Ids or names of its collections; empty if Percipio does not say so. */
  readonly collections: readonly string[];
  readonly purchasedSeats: number | undefined;
  readonly consumedSeats: number | undefined;
}

/** The objects of a list, as far as they have an id or a name. Each id is there once. */
export interface LicenseList<Item> {
  readonly items: readonly Item[];
  /** How many entries have neither an id nor a name. */
  readonly nameless: number;
  /** How many values could not be read, by field; `null` for entries that are null. */
  readonly unread: UnreadCounts;
}

/** What is known of an object before it is identified. */
interface Named {
  readonly id: string | undefined;
  readonly name: string | undefined;
}

function readNamed(fields: Fields): Named {
  return { id: fields.trimmedText('id'), name: fields.trimmedText('name') || fields.trimmedText('title') || undefined };
}

function readPool(fields: Fields): Named & Omit<LicensePool, keyof Collection> {
  return {
    ...readNamed(fields),
    collections: fields.texts('collections', (collection) => {
      const { id, name } = readNamed(collection);
      return id || name;
    }),
    purchasedSeats: fields.number('totalLicenses') ?? fields.number('totalSeats'),
    consumedSeats: fields.number('consumedLicenses') ?? fields.number('consumedSeats'),
  };
}

const collectionsSchema = uncertainObjects(readNamed);
const poolsSchema = uncertainObjects(readPool);

export class LicensesApi {
  readonly #http: HttpClient;
  readonly #path: string;

  constructor(http: HttpClient, organizationId: string) {
    this.#http = http;
    this.#path = `/common/v1/organizations/${toPathPart(organizationId)}`;
  }

  /** All collections. */
  async listCollections(signal: AbortSignal): Promise<LicenseList<Collection>> {
    return identify((await this.#http.json(this.#call('collections'), collectionsSchema, signal)).value);
  }

  /** All license pools. */
  async listPools(signal: AbortSignal): Promise<LicenseList<LicensePool>> {
    return identify((await this.#http.json(this.#call('license-pools'), poolsSchema, signal)).value);
  }

  #call(list: string) {
    return { family: 'common', method: 'GET', path: `${this.#path}/${list}`, retry: 'always' } as const;
  }
}

function identify<Item extends Named>({ items, unread }: LenientObjects<Item>): LicenseList<Item & Collection> {
  const byId = new Map<string, Item & Collection>();
  let nameless = 0;
  for (const item of items) {
    const id = item.id || item.name;
    if (id === undefined) nameless += 1;
    else if (!byId.has(id)) byId.set(id, { ...item, id });
  }
  return { items: [...byId.values()], nameless, unread };
}
