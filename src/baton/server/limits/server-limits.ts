// What callers may make a server hold: connections, calls, bytes and time.

const mebibyte = 1024 * 1024;

/** Of all servers of a process together. A time of Infinity, or of more than 24 days, is no limit. */
export interface ServerLimits {
  /** Open connections. */
  readonly connectionsMax: number;
  /** Calls at the same time on one connection, which HTTP/2 announces to callers. */
  readonly callsPerConnectionMax: number;
  /** Bytes held for all calls: of requests, and of responses that their callers have not read. */
  readonly bytesInFlightMax: number;
  /** From accepting a connection to its TLS handshake and HTTP/2 preface, and for the headers of an HTTP/1.1 request. */
  readonly prefaceTimeoutMs: number;
  /** From the preface to the first call. */
  readonly firstCallTimeoutMs: number;
  /** How long a caller may take to send one message, or to read one. */
  readonly messageTimeoutMs: number;
  /** How long a connection may have no call. */
  readonly idleTimeoutMs: number;
  /** How often an HTTP/2 connection is pinged. It is closed if the ping is not answered within 20 seconds. */
  readonly keepaliveIntervalMs: number;
}

export const defaultLimits: ServerLimits = {
  connectionsMax: 256,
  callsPerConnectionMax: 100,
  bytesInFlightMax: 128 * mebibyte,
  prefaceTimeoutMs: 10_000,
  firstCallTimeoutMs: 60_000,
  messageTimeoutMs: 60_000,
  idleTimeoutMs: 15 * 60_000,
  keepaliveIntervalMs: 60_000,
};

/**
 * For a server with one trusted caller on this machine: its many calls at once may all have the largest responses, and a
 * debugger may stop it, so nothing depends on time.
 */
export const untimedLimits: ServerLimits = {
  ...defaultLimits,
  bytesInFlightMax: 512 * mebibyte,
  prefaceTimeoutMs: Number.POSITIVE_INFINITY,
  firstCallTimeoutMs: Number.POSITIVE_INFINITY,
  messageTimeoutMs: Number.POSITIVE_INFINITY,
  idleTimeoutMs: Number.POSITIVE_INFINITY,
  keepaliveIntervalMs: Number.POSITIVE_INFINITY,
};

/** The largest request. The default of a Go server. */
export const requestBytesMax = 4 * mebibyte;

/** The settings by which an operator changes the limits. Errors and log lines name them. */
export const limitSettings = {
  connectionsMax: 'max-connections',
  callsPerConnectionMax: 'max-calls-per-connection',
  bytesInFlightMax: 'max-in-flight-mib',
  prefaceTimeoutMs: 'preface-timeout',
  firstCallTimeoutMs: 'first-call-timeout',
  messageTimeoutMs: 'message-timeout',
  idleTimeoutMs: 'idle-timeout',
  keepaliveIntervalMs: 'keepalive-interval',
} as const satisfies Record<keyof ServerLimits, string>;

/** Names of settings; a limit without one is fixed. */
export type LimitSettings = Partial<Record<keyof ServerLimits, string>>;

/** What Node's timers can wait. */
export const timerMaxMs = 2 ** 31 - 1;

/** A timer that keeps no process alive; undefined for a time that is no limit. */
export function startTimer(ms: number, onTimeout: () => void): NodeJS.Timeout | undefined {
  return ms > timerMaxMs ? undefined : setTimeout(onTimeout, ms).unref();
}
