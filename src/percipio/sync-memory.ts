// What a process remembers of the syncs that it serves. A cache: whatever is missing is read again from Percipio.
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import type { ForeseenCourses } from './courses/course-source.ts';
import { ListedPages } from './listed-pages.ts';
import type { ActivityReports } from './report/activity-reports.ts';
import { ListedUsers } from './users/listed-users.ts';

/** How long callers without a sync id (an engineer with grpcurl) see one and the same report. */
const sharedMaxAgeMs = 15 * 60_000;

/** A caller that dies does not clean up. What nobody has asked for that long is forgotten. */
const idleMaxMs = 6 * 3_600_000;

/** How long what was read for a sync that has no name yet waits for it. */
const preparedMaxAgeMs = 60_000;

/** What was listed in one sync. */
export interface Listed {
  readonly users: ListedUsers;
  readonly courses: ListedPages<Resource>;
  foreseenCourses: ForeseenCourses | undefined;
  /** Whether the sync leaves users out, as one of courses alone. Then nobody lists them, and the runtime drops grants. */
  hasNoUsers: boolean;
}

/** What belongs to one sync. */
export interface SyncScope extends Listed {
  readonly reports: ActivityReports;
}

interface Remembered {
  readonly scope: SyncScope;
  readonly madeAt: number;
  usedAt: number;
}

/** The scopes by sync id, and one that all callers without a sync id share for a while. */
export class SyncMemory {
  readonly #scopes = new Map<string, Remembered>();
  readonly #createReports: (listed: Listed) => ActivityReports;
  readonly #now: () => number;
  #prepared: Remembered | undefined;
  #wasInVain = false;

  constructor(createReports: (listed: Listed) => ActivityReports, now: () => number = Date.now) {
    this.#createReports = createReports;
    this.#now = now;
  }

  /** The scope of a sync, made when it is asked for first. */
  scopeOf(syncId: string | undefined): SyncScope {
    this.#forgetOld();
    const key = syncId ?? '';
    let remembered = this.#scopes.get(key);
    if (!remembered) {
      remembered = (syncId === undefined ? undefined : this.#takePrepared()) ?? this.#create();
      this.#scopes.set(key, remembered);
    }
    remembered.usedAt = this.#now();
    return remembered.scope;
  }

  /**
   * The scope of a sync that is about to begin and has not told its id: the next new sync gets it, if it comes within a
   * minute.
   * @returns Nothing when the one before has waited in vain: whoever calls does so for no sync.
   */
  prepare(): SyncScope | undefined {
    this.#forgetOld();
    if (!this.#wasInVain) {
      this.#prepared ??= this.#create();
    }
    return this.#prepared?.scope;
  }

  /** Makes a scope that has nothing that was read before. */
  begin(syncId: string): void {
    this.forget(syncId);
    this.#scopes.set(syncId, this.#create());
  }

  /** Forgets a sync that has ended, and stops what is still under way for it. */
  forget(syncId: string | undefined): void {
    const key = syncId ?? '';
    this.#scopes.get(key)?.scope.reports.close();
    this.#scopes.delete(key);
  }

  close(): void {
    this.#prepared?.scope.reports.close();
    for (const syncId of [...this.#scopes.keys()]) {
      this.forget(syncId);
    }
  }

  #create(): Remembered {
    const listed = {
      users: new ListedUsers(),
      courses: new ListedPages<Resource>(),
      foreseenCourses: undefined,
      hasNoUsers: false,
    };
    // One object, so that whoever has a part of it sees what becomes known later.
    const scope = Object.assign(listed, { reports: this.#createReports(listed) });
    return { scope, madeAt: this.#now(), usedAt: this.#now() };
  }

  #takePrepared(): Remembered | undefined {
    const prepared = this.#prepared;
    this.#prepared = undefined;
    this.#wasInVain = false;
    return prepared;
  }

  #forgetOld(): void {
    if (this.#prepared && this.#now() - this.#prepared.madeAt > preparedMaxAgeMs) {
      this.#prepared = undefined;
      this.#wasInVain = true;
    }
    for (const [key, { madeAt, usedAt }] of this.#scopes) {
      if (this.#now() - usedAt > idleMaxMs || (key === '' && this.#now() - madeAt > sharedMaxAgeMs)) {
        this.forget(key);
      }
    }
  }
}
