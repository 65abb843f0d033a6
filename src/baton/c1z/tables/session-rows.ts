// The values that a sync's connector keeps for the time of the sync, in the table of the Go SDK for them.
import type { DatabaseSync } from 'node:sqlite';

/** The key of what the sync itself keeps. Connectors prefix theirs. */
const ownKey = 'baton-connector-sdk/unfinished-run';

/** What the sync keeps for a process that continues it. */
interface OwnValue {
  /** Whether everything was flushed to the disk. */
  readonly isFlushed: boolean;
  /** JSON of the engine. */
  readonly notes: string;
}

/** The values of one run. Those that are set are written later, since the table cannot be written at any time. */
export class SessionRows {
  readonly #db: DatabaseSync;
  readonly #syncId: string;
  readonly #waiting = new Map<string, Uint8Array>();

  constructor(db: DatabaseSync, syncId: string) {
    this.#db = db;
    this.#syncId = syncId;
  }

  get(key: string): Uint8Array | undefined {
    return this.#waiting.get(key) ?? this.#read(key);
  }

  /** Sets a value, to be written by {@link write}. */
  set(key: string, value: Uint8Array): void {
    this.#waiting.set(key, value);
  }

  /** Writes the values that were set. */
  write(): void {
    for (const [key, value] of this.#waiting) this.#put(key, value);
    this.#waiting.clear();
  }

  #read(key: string): Uint8Array | undefined {
    const sql = 'select value from v1_connector_sessions where sync_id = ? and key = ?';
    return this.#db.prepare(sql).get(this.#syncId, key)?.value as Uint8Array | undefined;
  }

  #put(key: string, value: Uint8Array): void {
    this.#db
      .prepare(`insert into v1_connector_sessions (sync_id, key, value) values (?, ?, ?)
        on conflict (sync_id, key) do update set value = excluded.value`)
      .run(this.#syncId, key, value);
  }

  getOwn(): OwnValue {
    const value = this.#read(ownKey);
    return value ? (JSON.parse(Buffer.from(value).toString()) as OwnValue) : { isFlushed: false, notes: '' };
  }

  setOwn(value: OwnValue): void {
    this.#put(ownKey, Buffer.from(JSON.stringify(value)));
  }

  /** Whether a value of the connector was written. */
  get hasValues(): boolean {
    const sql = 'select 1 from v1_connector_sessions where sync_id = ? and key <> ? limit 1';
    return this.#db.prepare(sql).get(this.#syncId, ownKey) !== undefined;
  }

  /** Removes everything, at the end of the sync. */
  clear(): void {
    this.#db.prepare('delete from v1_connector_sessions where sync_id = ?').run(this.#syncId);
  }
}
