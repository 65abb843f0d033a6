// Activity that happens while a simulator runs: rows that tests add to the generated ones.
import type { CatalogItem, SimulatedData } from '../organization/api-objects.ts';
import { CONTENT_KINDS, COURSE_KIND } from '../organization/content-kinds.ts';
import type { ActivityFilter, AddedRowBytes } from './activity-rows.ts';

/** One row. The user and content that it names need not exist. */
export interface AddedActivity {
  readonly userId: string;
  readonly contentId: string;
  /** As spelled in rows: `Started`, `Completed`, … */
  readonly status: string;
  /** Decides which reports include the row. Default: the simulator's clock at the time of the call. */
  readonly lastAccess?: Date;
  /** Default: `lastAccess`. */
  readonly firstAccess?: Date;
  /** Default: `lastAccess` if the status is Completed or Achieved, otherwise missing. */
  readonly completedDate?: Date;
  /** Extra fields, or replacements for the usual ones. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** An added row. Changes to it show in reports that are requested afterwards. */
export interface AddedRow {
  /** Records further activity: Percipio updates the row of a user and course. */
  update(change: Partial<AddedActivity>): void;
  remove(): void;
}

const ROW_BYTES_MAX = 64 * 1024;

export class AddedActivities {
  readonly #data: SimulatedData;
  readonly #now: () => number;
  readonly #always: readonly AddedRowBytes[];
  readonly #rows = new Set<{ activity: AddedActivity & { readonly lastAccess: Date } }>();

  /** @param always Rows that every report of their period includes. */
  constructor(data: SimulatedData, now: () => number, always: readonly AddedRowBytes[] = []) {
    this.#data = data;
    this.#now = now;
    this.#always = always;
  }

  add(activity: AddedActivity): AddedRow {
    const row = { activity: { lastAccess: new Date(this.#now()), ...activity } };
    this.#rows.add(row);
    return {
      update: (change) => {
        row.activity = { ...row.activity, ...change };
      },
      remove: () => {
        this.#rows.delete(row);
      },
    };
  }

  /** The rows of a report, in report order. */
  select({ startMs, endMs, kinds, statuses, ascending }: ActivityFilter): AddedRowBytes[] {
    const isInPeriod = (ms: number): boolean => ms >= startMs && ms <= endMs;
    const added = [...this.#rows]
      .map(({ activity }) => ({ activity, lastAccessMs: activity.lastAccess.getTime(), kind: this.#kindOf(activity) }))
      .filter(
        ({ activity, lastAccessMs, kind }) =>
          isInPeriod(lastAccessMs) &&
          kinds?.has(kind) !== false &&
          statuses?.has(activity.status.toUpperCase()) !== false,
      )
      .map(({ activity, lastAccessMs, kind }) => ({ lastAccessMs, bytes: this.#toBytes(activity, kind) }));
    const always = this.#always.filter(({ lastAccessMs }) => isInPeriod(lastAccessMs));
    const selected = [...added, ...always].sort((a, b) => a.lastAccessMs - b.lastAccessMs);
    return ascending ? selected : selected.reverse();
  }

  #contentOf(contentId: string): CatalogItem | undefined {
    const { courses, complianceCourses } = this.#data;
    return [courses, complianceCourses].flatMap((items) => items.find(({ id }) => id === contentId) ?? [])[0];
  }

  #kindOf({ contentId, fields }: AddedActivity): number {
    const type = this.#contentOf(contentId)?.contentType?.percipioType;
    const kind = CONTENT_KINDS.findIndex(({ percipioType, label }) =>
      fields?.contentType === undefined ? percipioType === type : label === fields.contentType,
    );
    return kind < 0 ? COURSE_KIND : kind;
  }

  #toBytes(activity: AddedActivity & { readonly lastAccess: Date }, kind: number): Buffer {
    const { userId, contentId, status, lastAccess, firstAccess = lastAccess, fields } = activity;
    const user = this.#data.users.find(({ id }) => id === userId);
    const title = this.#contentOf(contentId)?.localizedMetadata?.[0]?.title;
    const completed = activity.completedDate ?? (/^(completed|achieved)$/i.test(status) ? lastAccess : undefined);
    const row = {
      userUuid: userId,
      userId: user?.loginName ?? user?.externalUserId ?? userId,
      emailAddress: user?.email ?? '',
      firstName: user?.firstName ?? '',
      lastName: user?.lastName ?? '',
      userStatus: user?.isActive ? 'Active' : 'Inactive',
      contentUuid: contentId,
      contentTitle: title ?? '',
      contentType: CONTENT_KINDS[kind]?.label,
      firstAccess: firstAccess.toISOString(),
      lastAccess: lastAccess.toISOString(),
      ...(completed && { completedDate: completed.toISOString() }),
      totalAccesses: '1',
      status,
      ...fields,
    };
    const bytes = Buffer.from(JSON.stringify(row));
    if (bytes.length > ROW_BYTES_MAX) {
      throw new RangeError(`a row of ${bytes.length} bytes; the limit is ${ROW_BYTES_MAX}`);
    }
    return bytes;
  }
}
