// What a process remembers of the courses that a sync has listed.
import type { Annotation, Reporter } from 'baton-connector-sdk';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import { firstPageKey, type KnownPage, KnownPages } from './known-pages.ts';

/** A page as Percipio returned it. */
export interface ReadCoursesPage extends KnownPage<Resource> {
  readonly annotations?: readonly Annotation[] | undefined;
}

/** The first page, read before the listing, and what its reading reported. */
interface PrefetchedCourses {
  readonly page: ReadCoursesPage;
  /** Reports it again, to the listing that gets the page. */
  replay(reporter: Reporter): void;
}

/** The courses of one sync, page by page. */
export class ListedCourses {
  readonly #pages = new KnownPages<Resource>();
  #prefetched: PrefetchedCourses | undefined;

  /** Reads the first page for the listing that follows, which then does not request it again. */
  async prefetch(read: (reporter: Reporter) => Promise<ReadCoursesPage>): Promise<void> {
    if (!this.#prefetched) {
      const { reporter, replay } = recordReports();
      this.#prefetched = { page: await read(reporter), replay };
    }
  }

  /** Returns the prefetched page once. */
  takePrefetched(reporter: Reporter): ReadCoursesPage | undefined {
    const prefetched = this.#prefetched;
    this.#prefetched = undefined;
    prefetched?.replay(reporter);
    return prefetched?.page;
  }

  /** Whether any page was requested. */
  get isBegun(): boolean {
    return this.#prefetched !== undefined || this.#pages.isBegun;
  }

  /** Whether it is known, without a request, that there are no courses. */
  get isKnownEmpty(): boolean {
    const page = this.#prefetched?.page;
    return page ? page.items.length === 0 && page.nextKey === undefined : this.all()?.length === 0;
  }

  add(key: string, { items, nextKey }: ReadCoursesPage): void {
    this.#pages.add(key, { items, nextKey });
  }

  get(key: string): KnownPage<Resource> | undefined {
    return this.#pages.get(key);
  }

  /** All courses, once the known pages lead from the first to the last one. */
  all(): readonly Resource[] | undefined {
    return this.#pages.all();
  }
}

function recordReports(): Pick<PrefetchedCourses, 'replay'> & { readonly reporter: Reporter } {
  const recorded: ((reporter: Reporter) => void)[] = [];
  return {
    reporter: {
      countSkipped: (reason, count) => void recorded.push((reporter) => reporter.countSkipped(reason, count)),
      warn: (message) => void recorded.push((reporter) => reporter.warn(message)),
      progress: (update) => void recorded.push((reporter) => reporter.progress(update)),
    },
    replay: (reporter) => {
      for (const report of recorded) {
        report(reporter);
      }
    },
  };
}

/** The key of the page that a page token leads to. */
export function coursesPageKey(token: unknown): string {
  return token === undefined ? firstPageKey : JSON.stringify(token);
}
