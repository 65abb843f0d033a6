// A person's progress in a course as one number.
import { type ActivityStatus, activityStatuses } from './activity-status.ts';
import { idsMax } from './id-table.ts';

// (course * idsMax + user) * statuses + status: below 2 ** 53, so a double holds it exactly, and in order by course,
// then user, then status, of which the one that wins comes first.
const statuses = activityStatuses.length;
const courseStep = idsMax * statuses;

export function packActivity(course: number, user: number, status: ActivityStatus): number {
  return course * courseStep + user * statuses + activityStatuses.indexOf(status);
}

export function courseOf(packed: number): number {
  return Math.floor(packed / courseStep);
}

export function userOf(packed: number): number {
  // Not by %, which is slow on numbers of this size.
  return Math.floor((packed - courseOf(packed) * courseStep) / statuses);
}

export function statusOf(packed: number): ActivityStatus {
  // The remainder is one of the positions.
  return activityStatuses[packed - pairOf(packed) * statuses] as ActivityStatus;
}

/** The same for all statuses of one person in one course. */
export function pairOf(packed: number): number {
  return Math.floor(packed / statuses);
}
