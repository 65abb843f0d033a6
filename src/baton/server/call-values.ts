// The context values of a call, with a logger that is made for it when somebody asks: most calls log nothing, and a
// logger of their own would be a tenth of what they cost.
import { type ContextKey, type ContextValues, createContextValues } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { loggerKey } from '../services/call-context.ts';

/** @param logger - Answers the same logger each time. */
export function createCallValues(logger: () => Logger): ContextValues {
  const values = createContextValues();
  return {
    get: <Value>(key: ContextKey<Value>) => (key.id === loggerKey.id ? (logger() as Value) : values.get(key)),
    set(key, value) {
      values.set(key, value);
      return this;
    },
    delete(key) {
      values.delete(key);
      return this;
    },
  };
}
