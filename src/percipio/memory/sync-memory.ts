// What a process remembers of the syncs that it serves. A cache: whatever is missing is read again from Percipio.
import type { ActivityReport } from '../report/activity-report.ts';
import type { LicenseReport } from '../report/license-report.ts';
import type { SyncReports } from '../report/sync-reports.ts';
import type { SyncLists } from './sync-lists.ts';

/** How long callers without a sync id (an engineer with grpcurl) share one report. */
const sharedMaxAgeMs = 15 * 60_000;

/** A caller that dies does not clean up: the scope of a sync is dropped after this time without a call. */
const idleMaxMs = 6 * 3_600_000;

/** How long prefetched data waits for the sync that uses it. */
const prefetchedMaxAgeMs = 60_000;

/** What belongs to one sync. */
export interface SyncScope {
  readonly lists: SyncLists;
  readonly reports: SyncReports<ActivityReport>;
  readonly licenseReports: SyncReports<LicenseReport>;
}

interface Remembered {
  readonly scope: SyncScope;
  readonly createdAtMs: number;
  usedAtMs: number;
}

/** The scopes by sync id, and one that all callers without a sync id share for a while. */
export class SyncMemory {
  readonly #scopes = new Map<string, Remembered>();
  readonly #createScope: () => SyncScope;
  readonly #now: () => number;
  #prefetched: Remembered | undefined;
  #lastPrefetchUnused = false;

  /** @param now - Milliseconds since 1970. */
  constructor(createScope: () => SyncScope, now: () => number = Date.now) {
    this.#createScope = createScope;
    this.#now = now;
  }

  /** The scope of a sync, created on first use. */
  scopeOf(syncId: string | undefined): SyncScope {
    this.#dropExpired();
    const key = syncId ?? '';
    let remembered = this.#scopes.get(key);
    if (!remembered) {
      remembered = (syncId === undefined ? undefined : this.#takePrefetched()) ?? this.#create();
      this.#scopes.set(key, remembered);
    }
    remembered.usedAtMs = this.#now();
    return remembered.scope;
  }

  /**
   * A scope to prefetch into for a sync that is about to begin and has no id yet: the next new sync gets it, if it begins
   * within a minute.
   * @returns Undefined when no sync used the last one: then calls like this one come from a caller that starts no syncs.
   */
  prefetchScope(): SyncScope | undefined {
    this.#dropExpired();
    if (!this.#lastPrefetchUnused) {
      this.#prefetched ??= this.#create();
    }
    return this.#prefetched?.scope;
  }

  /** Creates an empty scope, which takes over nothing that was prefetched. */
  begin(syncId: string): void {
    this.forget(syncId);
    this.#scopes.set(syncId, this.#create());
  }

  /** Drops the scope of a sync that has ended, and stops its report. */
  forget(syncId: string | undefined): void {
    const key = syncId ?? '';
    closeReports(this.#scopes.get(key));
    this.#scopes.delete(key);
  }

  close(): void {
    closeReports(this.#prefetched);
    for (const syncId of [...this.#scopes.keys()]) {
      this.forget(syncId);
    }
  }

  #create(): Remembered {
    const nowMs = this.#now();
    return { scope: this.#createScope(), createdAtMs: nowMs, usedAtMs: nowMs };
  }

  #takePrefetched(): Remembered | undefined {
    const prefetched = this.#prefetched;
    this.#prefetched = undefined;
    this.#lastPrefetchUnused = false;
    return prefetched;
  }

  #dropExpired(): void {
    const nowMs = this.#now();
    if (this.#prefetched && nowMs - this.#prefetched.createdAtMs > prefetchedMaxAgeMs) {
      this.#prefetched = undefined;
      this.#lastPrefetchUnused = true;
    }
    for (const [key, { createdAtMs, usedAtMs }] of this.#scopes) {
      if (nowMs - usedAtMs > idleMaxMs || (key === '' && nowMs - createdAtMs > sharedMaxAgeMs)) {
        this.forget(key);
      }
    }
  }
}

function closeReports(remembered: Remembered | undefined): void {
  remembered?.scope.reports.close();
  remembered?.scope.licenseReports.close();
}
