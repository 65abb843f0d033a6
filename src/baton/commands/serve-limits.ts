// The settings of `serve` that limit what callers can make it hold.
import { durationField, intField } from '../config/create-field.ts';
import type { Settings } from '../config/field.ts';
import { defaultLimits, limitSettings, type ServerLimits } from '../server/limits/server-limits.ts';

const mebibyte = 1024 * 1024;
const common = { exportTarget: 'none', rulesExported: false } as const;

const maxConnections = intField({
  ...common,
  name: limitSettings.connectionsMax,
  description: 'Maximum open connections, gRPC and HTTP together; when there are more, those without a call are closed',
  default: defaultLimits.connectionsMax,
  gte: 1,
});

const maxCallsPerConnection = intField({
  ...common,
  name: limitSettings.callsPerConnectionMax,
  description: 'Maximum concurrent calls on one gRPC connection; clients queue further ones',
  default: defaultLimits.callsPerConnectionMax,
  gte: 1,
  lte: 2 ** 31 - 1,
});

const maxInFlightMib = intField({
  ...common,
  name: limitSettings.bytesInFlightMax,
  description:
    'Maximum memory for requests and unread responses of all calls, in MiB; above it, the stalled call that holds the most is refused',
  default: defaultLimits.bytesInFlightMax / mebibyte,
  gte: 16,
});

const prefaceTimeout = durationField({
  ...common,
  name: limitSettings.prefaceTimeoutMs,
  description:
    'Time for the TLS handshake and the HTTP/2 preface of a new connection, and for the headers of an HTTP/1.1 request',
  default: '10s',
});

const firstCallTimeout = durationField({
  ...common,
  name: limitSettings.firstCallTimeoutMs,
  description: 'Time that a new gRPC connection gets to make its first call',
  default: '1m',
});

const messageTimeout = durationField({
  ...common,
  name: limitSettings.messageTimeoutMs,
  description: 'Time that a caller gets to send one message, or to read one; calls themselves may take longer',
  default: '1m',
});

const idleTimeout = durationField({
  ...common,
  name: limitSettings.idleTimeoutMs,
  description: 'Time after which a connection without a call is closed',
  default: '15m',
});

const keepaliveInterval = durationField({
  ...common,
  name: limitSettings.keepaliveIntervalMs,
  description: 'How often to ping gRPC connections; one that does not answer within 20 s is closed',
  default: '1m',
});

export const limitFields = [
  maxConnections,
  maxCallsPerConnection,
  maxInFlightMib,
  prefaceTimeout,
  firstCallTimeout,
  messageTimeout,
  idleTimeout,
  keepaliveInterval,
];

export function readLimits(settings: Settings): ServerLimits {
  return {
    connectionsMax: settings.get(maxConnections),
    callsPerConnectionMax: settings.get(maxCallsPerConnection),
    bytesInFlightMax: settings.get(maxInFlightMib) * mebibyte,
    prefaceTimeoutMs: settings.get(prefaceTimeout),
    firstCallTimeoutMs: settings.get(firstCallTimeout),
    messageTimeoutMs: settings.get(messageTimeout),
    idleTimeoutMs: settings.get(idleTimeout),
    keepaliveIntervalMs: settings.get(keepaliveInterval),
  };
}
