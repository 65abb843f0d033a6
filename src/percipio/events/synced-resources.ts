// The users and courses that a sync would have, for events about them.

import type { Context, Reporter } from 'baton-connector-sdk';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import type { PercipioContext } from '../context.ts';
import type { CourseSource } from '../courses/course-source.ts';
import { createCourses } from '../courses/courses.ts';
import { asService } from '../service-errors.ts';

/** Each sync reports what a listing skips and warns about; a feed need not repeat it. */
const silentReporter: Reporter = { countSkipped: () => {}, warn: () => {}, progress: () => {} };

interface SyncedResources {
  readonly userIds: ReadonlySet<string>;
  readonly courses: ReadonlyMap<string, Resource>;
}

/** Lists them as a sync does, and caches the latest lists. */
export class SyncedResourcesReader {
  readonly #percipio: PercipioContext;
  readonly #courses: CourseSource;
  #latest: { readonly reportId: string; readonly resources: SyncedResources } | undefined;

  constructor(percipio: PercipioContext) {
    this.#percipio = percipio;
    this.#courses = createCourses(percipio);
  }

  /**
   * @param reportId - Of a report that is ready. The lists are read after it, so that they have all users and courses that
   *   appear in it, even those created just before.
   */
  async readAfter(reportId: string, context: Context): Promise<SyncedResources> {
    if (this.#latest?.reportId === reportId) {
      return this.#latest.resources;
    }
    const { client, memory } = this.#percipio;
    // Lists are remembered by sync id: under an id of its own, none is taken that was read before the report.
    const syncId = `events of report ${reportId}`;
    memory.begin(syncId);
    try {
      const courses = await this.#courses.readAll({ ...context, syncId, reporter: silentReporter });
      const userIds = await asService(context.signal, (signal) =>
        memory.scopeOf(syncId).lists.users.readAllIds(client().users, signal),
      );
      const resources = { userIds: new Set(userIds), courses };
      this.#latest = { reportId, resources };
      return resources;
    } finally {
      memory.forget(syncId);
    }
  }
}
