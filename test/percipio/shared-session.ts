// A session store in memory, for tests of what processes share.
import type { SessionStore } from '../../src/baton/author/context.ts';

export interface SharedSession extends SessionStore {
  /** By key. */
  readonly values: Map<string, string>;
  /** What is done before a value is read or written, by the number of the call. */
  before: (call: number) => void;
}

export function createSharedSession(): SharedSession {
  const values = new Map<string, string>();
  let calls = 0;
  const session: SharedSession = {
    values,
    before: () => {},
    get: async (key, signal) => {
      signal.throwIfAborted();
      session.before(++calls);
      const value = values.get(key);
      return value === undefined ? undefined : Buffer.from(value);
    },
    set: async (key, value, signal) => {
      signal.throwIfAborted();
      session.before(++calls);
      values.set(key, Buffer.from(value).toString());
    },
  };
  return session;
}
