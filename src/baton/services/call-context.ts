// What a transport tells the services about a call beside its request: a logger, a reporter, the size a response may have.
import { createContextKey, type HandlerContext } from '@connectrpc/connect';
import pino, { type Logger } from 'pino';
import type { Validation } from '../author/connector.ts';
import type { Context, Reporter, SessionStore } from '../author/context.ts';

/**
 * The most bytes that the items of a list response may take on the wire. A Go client receives 4 MiB a message unless
 * told otherwise, and nothing in the Go SDK tells it otherwise; half of that leaves room for everything around the items.
 */
export const wireResponseMaxBytes = 2 * 1024 * 1024;

/** The logger of the call. A server puts one there that carries the method and the caller. */
export const loggerKey = createContextKey<Logger>(pino({ level: 'silent' }), { description: 'logger' });

/** Who hears of what has no place in a response. Without one it goes to the call's log. */
export const reporterKey = createContextKey<Reporter | undefined>(undefined, { description: 'reporter' });

/** Bytes that the items of a response may take: {@link wireResponseMaxBytes} unless no message leaves the process. */
export const responseMaxBytesKey = createContextKey<number>(wireResponseMaxBytes, { description: 'response bytes' });

/**
 * What a call of Validate is for. Its request has no place for it, so only callers in this process can say it; of others,
 * syncers are those that call it.
 */
export const validationKey = createContextKey<Validation & { readonly syncId?: string }>(
  { isForSync: true },
  { description: 'validation' },
);

/** Where values of syncs are kept, for all processes that serve them. */
export interface SessionStores {
  of(syncId: string): SessionStore;
  /** Forgets all values of a sync. */
  clear(syncId: string, signal: AbortSignal): Promise<void>;
}

/** Set by a server whose caller keeps values of syncs. */
export const sessionStoresKey = createContextKey<SessionStores | undefined>(undefined, {
  description: 'session stores',
});

/** The connector's view of a call. An empty `active_sync_id` means that the caller told no sync. */
export function toConnectorContext(call: HandlerContext, activeSyncId: string): Context {
  let logger: Logger | undefined;
  // Made when it is asked for: few calls log anything.
  const getLogger = () => {
    const ofCall = call.values.get(loggerKey);
    logger ??= activeSyncId === '' ? ofCall : ofCall.child({ sync_id: activeSyncId });
    return logger;
  };
  return {
    signal: call.signal,
    get logger() {
      return getLogger();
    },
    syncId: activeSyncId === '' ? undefined : activeSyncId,
    session: activeSyncId === '' ? undefined : call.values.get(sessionStoresKey)?.of(activeSyncId),
    reporter: call.values.get(reporterKey) ?? logReporter(getLogger),
  };
}

function logReporter(logger: () => Logger): Reporter {
  return {
    countSkipped: (reason, count = 1) => logger().info({ count, reason }, 'skipped'),
    warn: (message) => logger().warn(message),
    progress: (update) => logger().debug(update, 'progress'),
  };
}
