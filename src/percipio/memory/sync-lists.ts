// What a sync has listed in this process, and the ids of its users and courses: activity of others gives no grant.
import type { UsersApi } from '../api/users.ts';
import type { SyncedIds } from '../report/scan/activity-index-builder.ts';
import { collectIds, type IdsByName } from '../report/scan/license-rows.ts';
import { ListedCourses } from './listed-courses.ts';
import { ListedLicenses } from './listed-licenses.ts';
import { type KnownUsersPage, ListedUsers } from './listed-users.ts';

export class SyncLists {
  readonly users: ListedUsers;
  readonly courses = new ListedCourses();
  readonly licenses = new ListedLicenses();
  /** Whether the sync excludes users, such as one of courses only. Then nobody lists them, and the runtime drops grants. */
  excludesUsers = false;

  /** @param keepsReportUserIds - Whether to remember by which ids the license report names users. */
  constructor({ keepsReportUserIds = false }: { readonly keepsReportUserIds?: boolean } = {}) {
    this.users = new ListedUsers({ keepsReportUserIds });
  }

  /** Whether the sync has begun to list users in this process, and has not finished. */
  get isListingUsers(): boolean {
    return this.users.isBegun && !this.users.allIds();
  }

  /** Whether the sync has begun to list users and courses in this process, and has not finished both. */
  get isListing(): boolean {
    const { users, courses } = this;
    if (this.excludesUsers) {
      return courses.isBegun && !courses.all();
    }
    return users.isBegun !== courses.isBegun || (users.isBegun && !(users.allIds() && courses.all()));
  }

  /**
   * The ids of what the sync has listed. Users that it listed in another process are read again. Undefined stands for
   * all: users where the sync excludes them, courses where this process has not listed them.
   * @throws PercipioError
   */
  async readIds(users: UsersApi, signal: AbortSignal): Promise<SyncedIds> {
    return {
      users: this.excludesUsers ? undefined : await this.users.readAllIds(users, signal),
      courses: this.courses.all()?.map((course) => course.id?.resource ?? ''),
    };
  }

  /**
   * The ids of all users by their ids in the license report. Users that the sync listed in another process are read again.
   * @throws PercipioError
   */
  async readIdsInReports(users: UsersApi, signal: AbortSignal): Promise<IdsByName> {
    const pages = await this.users.readPages(users, signal);
    return collectIds(idsInReports(pages));
  }
}

function* idsInReports(pages: readonly KnownUsersPage[]): Generator<readonly [name: string, id: string]> {
  for (const { items, reportUserIds } of pages) {
    for (const [index, id] of items.entries()) {
      const name = reportUserIds[index];
      if (name !== undefined) yield [name, id];
    }
  }
}
