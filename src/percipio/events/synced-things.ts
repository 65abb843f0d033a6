// Which users and courses a sync would have, for events about them.

import type { Context, Reporter } from 'baton-connector-sdk';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import type { PercipioContext } from '../context.ts';
import type { CourseSource } from '../courses/course-source.ts';
import { createCourses } from '../courses/courses.ts';
import { asService } from '../service-errors.ts';

/** What a listing leaves out and warns of, each sync tells: not each report as well. */
const silentReporter: Reporter = { countSkipped: () => {}, warn: () => {}, progress: () => {} };

export interface SyncedThings {
  readonly userIds: ReadonlySet<string>;
  readonly courses: ReadonlyMap<string, Resource>;
}

/** Lists them as a sync does, and keeps the latest list: a cache. */
export class SyncedThingsReader {
  readonly #percipio: PercipioContext;
  readonly #courses: CourseSource;
  #latest: { readonly reportId: string; readonly things: SyncedThings } | undefined;

  constructor(percipio: PercipioContext) {
    this.#percipio = percipio;
    this.#courses = createCourses(percipio);
  }

  /**
   * @param reportId - Of a report that has been made. The lists are read behind it, so that they have whoever is in the
   *   report and came only just before it.
   */
  async behind(reportId: string, context: Context): Promise<SyncedThings> {
    if (this.#latest?.reportId === reportId) {
      return this.#latest.things;
    }
    const { memory } = this.#percipio;
    // Lists are remembered by sync: under a name of its own, one that was read before the report is not taken.
    const syncId = `events of report ${reportId}`;
    memory.begin(syncId);
    try {
      const courses = await this.#courses.readAll({ ...context, syncId, reporter: silentReporter });
      const userIds = await asService(context.signal, (signal) =>
        memory.scopeOf(syncId).lists.users.readAllIds(this.#percipio.client().users, signal),
      );
      const things = { userIds: new Set(userIds), courses };
      this.#latest = { reportId, things };
      return things;
    } finally {
      memory.forget(syncId);
    }
  }
}
