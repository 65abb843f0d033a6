// What the rows of an incremental report tell: who used which course when, and who completed it.

export interface Activity {
  readonly kind: 'used' | 'completed';
  readonly courseId: string;
  readonly userId: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/**
 * Activities in the order of time, each once. The order does not depend on that of the rows, so that a position in them
 * means the same in every process that reads the same report.
 */
export type ActivityList = readonly Activity[];

export function sortActivities(activities: Iterable<Activity>): ActivityList {
  const sorted = [...activities].sort(compare);
  return sorted.filter((activity, index) => index === 0 || compare(activity, sorted[index - 1] as Activity) !== 0);
}

/** Whether an activity is in a list. */
export function hasActivity(list: ActivityList, activity: Activity): boolean {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(list[middle] as Activity, activity) < 0) low = middle + 1;
    else high = middle;
  }
  const found = list[low];
  return found !== undefined && compare(found, activity) === 0;
}

function compare(a: Activity, b: Activity): number {
  return (
    a.atMs - b.atMs ||
    compareText(a.courseId, b.courseId) ||
    compareText(a.userId, b.userId) ||
    compareText(a.kind, b.kind)
  );
}

/** By UTF-16 code units, the same on every machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
