// What a sync has listed in this process, and the ids of its users and courses: activity of others gives no grant.
import type { UsersApi } from '../api/users.ts';
import type { SyncedIds } from '../report/scan/activity-index-builder.ts';
import { ListedCourses } from './listed-courses.ts';
import { ListedUsers } from './listed-users.ts';

export class SyncLists {
  readonly users = new ListedUsers();
  readonly courses = new ListedCourses();
  /** Whether the sync excludes users, such as one of courses only. Then nobody lists them, and the runtime drops grants. */
  excludesUsers = false;

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
}
