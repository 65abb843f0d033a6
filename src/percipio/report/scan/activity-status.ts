// What the status of a row means for a person and a course.

/** As in the slugs of a course's entitlements. The first one wins where a person has both. */
export const activityStatuses = ['completed', 'in_progress'] as const;

export type ActivityStatus = (typeof activityStatuses)[number];

/** By status in lower case. What is not here, such as `Abandoned` or `Watched`, means neither. */
const meanings: ReadonlyMap<string, ActivityStatus> = new Map([
  ['completed', 'completed'],
  ['achieved', 'completed'],
  ['started', 'in_progress'],
  ['active', 'in_progress'],
]);

/** Statuses are compared by this: case and space around them do not matter. */
export function foldStatus(status: string): string {
  return status.trim().toLowerCase();
}

/** What a row's status means; nothing where it gives no grant. */
export function toActivityStatus(status: string): ActivityStatus | undefined {
  return meanings.get(foldStatus(status));
}
