// Where the courses of a sync come from: a paged listing, whose pages are remembered for the steps that follow.

import { type Context, type Listing, type ListRequest, listing, type Page, type Reporter } from 'baton-connector-sdk';
import type { z } from 'zod';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import { firstPageKey } from '../listed-pages.ts';
import type { SyncMemory, SyncScope } from '../sync-memory.ts';

/** Reads one page of courses from Percipio; without a token the first one. */
export type ReadCoursePage<Token> = (token: Token | undefined, context: Context) => Promise<Page<Resource, Token>>;

/** The first page of courses, read before the listing, and what is to be told with it. */
export interface ForeseenCourses {
  readonly page: Page<Resource, unknown>;
  tell(reporter: Reporter): void;
}

/** The courses of a sync, as the steps of a sync need them. */
export interface CourseSource {
  /** Reads the first page for the listing that follows, which then does not ask for it again. */
  foresee(scope: SyncScope, context: Context): Promise<void>;
  /** Whether it is known, without asking, that there are none. */
  isKnownEmpty(scope: SyncScope): boolean;
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
    const scope = memory.scopeOf(context.syncId);
    const { courses, foreseenCourses } = scope;
    let page: Page<Resource, Token>;
    if (token === undefined && foreseenCourses) {
      scope.foreseenCourses = undefined;
      foreseenCourses.tell(context.reporter);
      page = foreseenCourses.page as Page<Resource, Token>;
    } else {
      page = await readPage(token, context);
    }
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
    foresee: async (scope, context) => {
      if (!scope.foreseenCourses) {
        const { reporter, tell } = recordReports();
        scope.foreseenCourses = { page: await readPage(undefined, { ...context, reporter }), tell };
      }
    },
    isKnownEmpty: ({ courses, foreseenCourses }) => {
      const page = foreseenCourses?.page;
      return page ? page.items.length === 0 && page.next === undefined : courses.all()?.length === 0;
    },
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

/** A reporter that tells another one later. */
function recordReports(): Pick<ForeseenCourses, 'tell'> & { readonly reporter: Reporter } {
  const told: ((reporter: Reporter) => void)[] = [];
  return {
    reporter: {
      countSkipped: (reason, count) => void told.push((reporter) => reporter.countSkipped(reason, count)),
      warn: (message) => void told.push((reporter) => reporter.warn(message)),
      progress: (update) => void told.push((reporter) => reporter.progress(update)),
    },
    tell: (reporter) => {
      for (const tell of told) {
        tell(reporter);
      }
    },
  };
}

/** A page is known by its token, as text. */
function keyOf(token: unknown): string {
  return token === undefined ? firstPageKey : JSON.stringify(token);
}
