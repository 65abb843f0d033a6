// The transactions of a run that is kept when its process ends: one follows the other.
import type { DatabaseSync } from 'node:sqlite';
import type { SessionRows } from './tables/session-rows.ts';

/** From then on what is committed is flushed to the disk. A shorter sync is quickly repeated, and not worth a flush. */
const flushAfterMs = 60_000;
/** The shortest time between two commits for values of the session alone. */
const soonMs = 1000;

/** Nothing else commits or begins a transaction, except the load of grants. */
export class Commits {
  readonly #db: DatabaseSync;
  readonly #session: SessionRows;
  #startedAtMs = performance.now();
  #committedAtMs = Number.NEGATIVE_INFINITY;
  #flushes = false;
  #notes: string;

  /** @param notes - Those of an earlier process, unless the database has some. */
  constructor(db: DatabaseSync, session: SessionRows, notes: string) {
    this.#db = db;
    this.#session = session;
    this.#notes = session.getOwn().notes || notes;
  }

  get notes(): string {
    return this.#notes;
  }

  /** Commits what was written. The database says whether the machine may lose it when it stops. */
  commit(notes = this.#notes): void {
    this.#notes = notes;
    this.#session.setOwn({ isFlushed: this.#flushes, notes });
    this.#db.exec('commit');
    this.#committedAtMs = performance.now();
    if (!this.#flushes && this.#committedAtMs - this.#startedAtMs >= flushAfterMs) {
      // SQLite flushes the file with the next commit: everything in it, not only what that one writes.
      this.#db.exec('pragma synchronous = full');
      this.#flushes = true;
    }
    this.#db.exec('begin immediate');
  }

  /** Commits, unless that was done a moment ago: then the next checkpoint does. */
  commitSoon(): void {
    if (performance.now() - this.#committedAtMs >= soonMs) this.commit();
  }

  /** Before the database is written past SQLite, without a flush. */
  suspendFlushes(): void {
    this.#session.setOwn({ isFlushed: false, notes: this.#notes });
  }

  /** After {@link suspendFlushes} was committed, between two transactions: a flush of the load would take long. */
  stopFlushes(): void {
    this.#db.exec('pragma synchronous = off');
    this.#flushes = false;
    this.#startedAtMs = performance.now();
  }
}
