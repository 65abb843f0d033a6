// Where the courses of a sync come from: a paged listing, whose pages are remembered for the steps that follow.

import { type Context, type Listing, type ListRequest, listing, type Page } from 'baton-connector-sdk';
import type { z } from 'zod';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import { coursesPageKey, type ReadCoursesPage } from '../memory/listed-courses.ts';
import type { SyncMemory, SyncScope } from '../memory/sync-memory.ts';

/**
 * Reads one page of courses from Percipio; without a token the first one.
 * @param readEarlier - Returns the courses of all pages before it.
 */
type ReadCoursePage<Token> = (
  token: Token | undefined,
  context: Context,
  readEarlier: () => Promise<readonly Resource[]>,
) => Promise<Page<Resource, Token>>;

/** The courses of a sync, as the steps of a sync need them. */
export interface CourseSource {
  /** Reads the first page for the listing that follows, which then does not request it again. */
  prefetch(scope: SyncScope, context: Context): Promise<void>;
  /** The listing of the courses, which always asks Percipio. */
  readonly list: Listing<Resource, ListRequest>;
  /** Maps each course, page by page like the listing. Pages that this sync has listed here are not read again. */
  mapPages<Item>(map: (course: Resource) => readonly Item[]): Listing<Item, object>;
  /** All courses by id: as this sync has listed them here, or read from Percipio. */
  readAll(context: Context): Promise<ReadonlyMap<string, Resource>>;
}

/** @param tokenSchema - Of the page tokens of `readPage`. */
export function createCourseSource<Token>(
  memory: SyncMemory,
  tokenSchema: z.ZodType<Token>,
  readPage: ReadCoursePage<Token>,
): CourseSource {
  const byId = new WeakMap<readonly Resource[], ReadonlyMap<string, Resource>>();
  const coursesOf = (context: Context) => memory.scopeOf(context.syncId).lists.courses;
  const fetchPage = async (token: Token | undefined, context: Context): Promise<ReadCoursesPage> => {
    const readEarlier = () => walk(context, coursesPageKey(token));
    const { items, next, annotations } = await readPage(token, context, readEarlier);
    return { items, nextKey: next && coursesPageKey(next), annotations };
  };
  const read = async (token: Token | undefined, context: Context): Promise<Page<Resource, Token>> => {
    const courses = coursesOf(context);
    const prefetched = token === undefined ? courses.takePrefetched(context.reporter) : undefined;
    const page = prefetched ?? (await fetchPage(token, context));
    courses.add(coursesPageKey(token), page);
    return toPage(page);
  };
  const toPage = ({ items, nextKey, annotations }: ReadCoursesPage): Page<Resource, Token> => ({
    items,
    next: nextKey === undefined ? undefined : tokenSchema.parse(JSON.parse(nextKey)),
    annotations,
  });
  const readOnce = async (token: Token | undefined, context: Context): Promise<Page<Resource, Token>> => {
    const known = coursesOf(context).get(coursesPageKey(token));
    return known ? toPage(known) : await read(token, context);
  };
  /** All courses, or those of the pages before the one with the key `end`. */
  const walk = async (context: Context, end?: string): Promise<readonly Resource[]> => {
    // In a list of its own: another caller may list the courses again meanwhile, which replaces remembered pages.
    const all: Resource[] = [];
    let token: Token | undefined;
    do {
      if (coursesPageKey(token) === end) break;
      const page = await readOnce(token, context);
      all.push(...page.items);
      token = page.next;
    } while (token !== undefined);
    return all;
  };
  return {
    prefetch: ({ lists }, context) =>
      lists.courses.prefetch((reporter) => fetchPage(undefined, { ...context, reporter })),
    list: listing(tokenSchema, (_request, token, context) => read(token, context)),
    mapPages: (map) =>
      listing(tokenSchema, async (_request, token, context) => {
        const { items, next } = await readOnce(token, context);
        return { items: items.flatMap(map), next };
      }),
    readAll: async (context) => {
      const all = coursesOf(context).all() ?? (await walk(context));
      const known = byId.get(all) ?? new Map(all.map((course) => [course.id?.resource ?? '', course]));
      byId.set(all, known);
      return known;
    },
  };
}
