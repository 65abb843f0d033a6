// Which users and courses a sync holds: activity of others is no part of it.

import type { PercipioContext } from '../context.ts';
import type { Listed } from '../sync-memory.ts';
import { readUserIds } from '../users/users.ts';
import type { HeldIds } from './scan/activity-index-builder.ts';

/**
 * What the sync has listed. Users that it listed in another process are read anew, unless it holds none: then all count,
 * as all courses do where none were listed.
 * @param canWait - Whether nothing may be answered while the sync is listing them in this process.
 */
export async function readHeldIds(
  percipio: Pick<PercipioContext, 'client'>,
  listed: Listed,
  canWait: boolean,
  signal: AbortSignal,
): Promise<HeldIds | undefined> {
  if (canWait && isListing(listed)) {
    return undefined;
  }
  return {
    users: listed.hasNoUsers ? undefined : await readUserIds(percipio, listed, signal),
    courses: listed.courses.all()?.map((course) => course.id?.resource ?? ''),
  };
}

/** Whether a sync has begun to read users and courses in this process, and does not know all of both yet. */
export function isListing({ users, courses, foreseenCourses, hasNoUsers }: Listed): boolean {
  const hasCourses = courses.isBegun || foreseenCourses !== undefined;
  if (hasNoUsers) {
    return hasCourses && !courses.all();
  }
  return users.isBegun !== hasCourses || (users.isBegun && !(users.allIds() && courses.all()));
}
