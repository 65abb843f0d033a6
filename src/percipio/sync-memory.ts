// What a process remembers of the syncs that it serves. A cache: whatever is missing is read again from Percipio.

import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import type { ActivityReports } from './activity-reports.ts';
import { ListedPages } from './listed-pages.ts';
import { ListedUsers } from './listed-users.ts';

/** How long callers without a sync id (an engineer with grpcurl) see one and the same report. */
const sharedMaxAgeMs = 15 * 60_000;

/** A caller that dies does not clean up. What nobody has asked for that long is forgotten. */
const idleMaxMs = 6 * 3_600_000;

/** What was listed in one sync. */
export interface Listed {
  readonly users: ListedUsers;
  readonly courses: ListedPages<Resource>;
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
      const listed = { users: new ListedUsers(), courses: new ListedPages<Resource>() };
      remembered = {
        scope: { ...listed, reports: this.#createReports(listed) },
        madeAt: this.#now(),
        usedAt: this.#now(),
      };
      this.#scopes.set(key, remembered);
    }
    remembered.usedAt = this.#now();
    return remembered.scope;
  }

  /** Forgets a sync that has ended, and stops what is still under way for it. */
  forget(syncId: string | undefined): void {
    const key = syncId ?? '';
    this.#scopes.get(key)?.scope.reports.close();
    this.#scopes.delete(key);
  }

  close(): void {
    for (const syncId of [...this.#scopes.keys()]) {
      this.forget(syncId);
    }
  }

  #forgetOld(): void {
    for (const [key, { madeAt, usedAt }] of this.#scopes) {
      if (this.#now() - usedAt > idleMaxMs || (key === '' && this.#now() - madeAt > sharedMaxAgeMs)) {
        this.forget(key);
      }
    }
  }
}
