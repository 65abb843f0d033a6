// What a transport passes to the services besides the request: a logger, a reporter, the maximum response size.
import { createContextKey, type HandlerContext } from '@connectrpc/connect';
import pino, { type Logger } from 'pino';
import type { Validation } from '../author/connector.ts';
import { type Context, progressFields, type Reporter, type SessionStore } from '../author/context.ts';

/**
 * The maximum size of the items of a list response on the wire, in bytes. A Go client accepts messages of 4 MiB by
 * default, and the Go SDK does not change that. Half of it leaves room for everything around the items.
 */
export const wireResponseMaxBytes = 2 * 1024 * 1024;

/** The logger of the call. A server sets one that names the method and the caller. */
export const loggerKey = createContextKey<Logger>(pino({ level: 'silent' }), { description: 'logger' });

/** Receives what a response has no field for. By default that goes to the log of the call. */
export const reporterKey = createContextKey<Reporter | undefined>(undefined, { description: 'reporter' });

/** The maximum size of a response's items in bytes: {@link wireResponseMaxBytes}, or infinite within a process. */
export const responseMaxBytesKey = createContextKey<number>(wireResponseMaxBytes, { description: 'response bytes' });

/**
 * What a call of Validate is for. Its request has no field for that, so only callers in this process can say. Other
 * callers are assumed to sync.
 */
export const validationKey = createContextKey<Validation & { readonly syncId?: string }>(
  { isForSync: true },
  { description: 'validation' },
);

/**
 * What callers in other processes are assumed to validate for.
 * @param resourceTypeIds - The types of their syncs, as far as a setting says so (`ConnectorOpts` of baton-sdk v0.25.0).
 */
export function describeSyncs(resourceTypeIds: readonly string[]): Validation {
  return { isForSync: true, ...(resourceTypeIds.length > 0 && { resourceTypeIds }) };
}

/** The session stores of syncs, shared by all processes that serve them. */
export interface SessionStores {
  of(syncId: string): SessionStore;
  /** Deletes all values of a sync. */
  clear(syncId: string, signal: AbortSignal): Promise<void>;
}

/** Set by a server whose caller stores values of syncs. */
export const sessionStoresKey = createContextKey<SessionStores | undefined>(undefined, {
  description: 'session stores',
});

/** What a connector gets from this process itself, outside a call. */
export function createOwnContext(logger: Logger, signal: AbortSignal): Context {
  return { signal, logger, syncId: undefined, reporter: logReporter(() => logger) };
}

/** The connector's view of a call. An empty `active_sync_id` means that the caller named no sync. */
export function toConnectorContext(call: HandlerContext, activeSyncId: string): Context {
  let logger: Logger | undefined;
  // Created on demand: few calls log anything.
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
    progress: (update) => logger().debug(progressFields(update), 'progress'),
  };
}
