// Where the courses of a sync come from: a paged listing, whose pages are remembered for the steps that follow.

import type { z } from 'zod';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import { type Context, type Listing, type ListRequest, listing, type Page } from '../baton/connector.ts';
import { firstPageKey } from './listed-pages.ts';
import type { SyncMemory } from './sync-memory.ts';

/** Reads one page of courses from Percipio; without a token the first one. */
export type ReadCoursePage<Token> = (token: Token | undefined, context: Context) => Promise<Page<Resource, Token>>;

/** The courses of a sync, as the steps of a sync need them. */
export interface CourseSource {
  /** The listing of the courses, which always asks Percipio. */
  readonly list: Listing<Resource, ListRequest>;
  /** Something of each course, page by page like the listing. Pages that this sync has listed here are not read again. */
  mapPages<Item>(map: (course: Resource) => readonly Item[]): Listing<Item, object>;
  /** All courses by id, as this sync has listed them, or read anew where it listed them elsewhere. */
  readAll(context: Context): Promise<ReadonlyMap<string, Resource>>;
}

export function createCourseSource<Token>(
  memory: SyncMemory,
  token: z.ZodType<Token>,
  readPage: ReadCoursePage<Token>,
): CourseSource {
  const byId = new WeakMap<readonly Resource[], ReadonlyMap<string, Resource>>();
  const read: ReadCoursePage<Token> = async (token, context) => {
    const page = await readPage(token, context);
    const { courses } = memory.scopeOf(context.syncId);
    courses.add(keyOf(token), { items: page.items, nextKey: page.next && keyOf(page.next) });
    return page;
  };
  const readOnce = async (token: Token | undefined, context: Context): Promise<Page<Resource, Token>> => {
    const known = memory.scopeOf(context.syncId).courses.get(keyOf(token));
    return known
      ? { items: known.items, next: known.nextKey ? (JSON.parse(known.nextKey) as Token) : undefined }
      : read(token, context);
  };
  // Gathers by itself: another caller may begin the listing anew meanwhile, which takes the pages that are kept apart.
  const walk = async (context: Context): Promise<readonly Resource[]> => {
    const all: Resource[] = [];
    let token: Token | undefined;
    do {
      const page = await readOnce(token, context);
      all.push(...page.items);
      token = page.next;
    } while (token !== undefined);
    return all;
  };
  return {
    list: listing(token, (_request, token, context) => read(token, context)),
    mapPages: (map) =>
      listing(token, async (_request, token, context) => {
        const { items, next } = await readOnce(token, context);
        return { items: items.flatMap(map), next };
      }),
    readAll: async (context) => {
      const all = memory.scopeOf(context.syncId).courses.all() ?? (await walk(context));
      const known = byId.get(all) ?? new Map(all.map((course) => [course.id?.resource ?? '', course]));
      byId.set(all, known);
      return known;
    },
  };
}

/** A page is known by its token, as text. */
function keyOf(token: unknown): string {
  return token === undefined ? firstPageKey : JSON.stringify(token);
}
