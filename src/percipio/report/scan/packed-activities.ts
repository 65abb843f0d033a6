// A list of who has which status in which course, one number each, that grows to millions without being copied.
import { type ActivityStatus, activityStatuses } from './activity-status.ts';
import { idsMax } from './id-table.ts';

// (course * idsMax + user) * statuses + status: below 2 ** 53, so a double holds it exactly, and in order by course,
// then user, then status, where the status that wins comes first.
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
  // The remainder is an index of the tuple.
  return activityStatuses[packed - pairOf(packed) * statuses] as ActivityStatus;
}

/** The same number for all statuses of one user in one course. */
export function pairOf(packed: number): number {
  return Math.floor(packed / statuses);
}

/** Where the grants of a course are: first of users who completed it, from `start`, then those of the others. */
export interface CourseGrants {
  readonly start: number;
  readonly startOfOthers: number;
  readonly end: number;
}

/** The initial capacity, so that a small report takes little memory. */
const initialLength = 1024;

/** The first segment grows this often by this factor, until it is as long as all others: 8 MiB. */
const growths = 5;
const growthFactor = 4;
const segmentLength = initialLength * growthFactor ** growths;

/** Takes numbers one by one, and returns them as one array at the end. */
export class NumberList {
  readonly #full: Float64Array<ArrayBuffer>[] = [];
  #segment = new Float64Array(initialLength);
  #used = 0;

  get length(): number {
    return this.#full.length * segmentLength + this.#used;
  }

  push(value: number): void {
    if (this.#used === this.#segment.length) this.#grow();
    this.#segment[this.#used] = value;
    this.#used += 1;
  }

  /** All numbers, in their order. The list is empty afterwards; its memory is held about once, not twice. */
  drain(): Float64Array<ArrayBuffer> {
    const all = new Float64Array(this.length);
    this.#full.push(this.#segment.subarray(0, this.#used));
    let position = 0;
    for (const segment of this.#full) {
      all.set(segment, position);
      position += segment.length;
      // Frees the segment at once, where the garbage collector would wait.
      segment.buffer.transfer(0);
    }
    this.#full.length = 0;
    this.#segment = new Float64Array(initialLength);
    this.#used = 0;
    return all;
  }

  #grow(): void {
    if (this.#used < segmentLength) {
      const bytes = this.#used * growthFactor * Float64Array.BYTES_PER_ELEMENT;
      this.#segment = new Float64Array(this.#segment.buffer.transfer(bytes));
      return;
    }
    this.#full.push(this.#segment);
    this.#segment = new Float64Array(segmentLength);
    this.#used = 0;
  }
}
