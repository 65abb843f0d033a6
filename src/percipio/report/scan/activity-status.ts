// The meaning of a row's status.

/** The slugs of a course's entitlements. If a user has both, the first one wins. */
export const activityStatuses = ['completed', 'in_progress'] as const;

export type ActivityStatus = (typeof activityStatuses)[number];

/** By status in lower case. Others, such as `Abandoned` or `Watched`, give no grant. */
const meanings: ReadonlyMap<string, ActivityStatus> = new Map([
  ['completed', 'completed'],
  ['achieved', 'completed'],
  ['started', 'in_progress'],
  ['active', 'in_progress'],
]);

/** The form by which statuses are compared: without case and surrounding space. */
export function foldStatus(status: string): string {
  return status.trim().toLowerCase();
}

/** The meaning of a row's status; undefined if it gives no grant. */
export function toActivityStatus(status: string): ActivityStatus | undefined {
  return meanings.get(foldStatus(status));
}
