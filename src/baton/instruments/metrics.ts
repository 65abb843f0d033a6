// The metrics of the SDK. scripts/describe-metrics.ts writes the table in docs/telemetry.md.

export interface Metric {
  /** A sum, a distribution, or a last value. */
  readonly kind: 'counter' | 'histogram' | 'gauge';
  /** As UCUM writes it; `{row}` is a count of rows. */
  readonly unit: string;
  readonly description: string;
  readonly attributes: readonly string[];
  /** Of a histogram: the upper bounds of its buckets but the last. */
  readonly bounds?: readonly number[];
}

/** Of requests and calls, in seconds: the bounds that OpenTelemetry's conventions give, and those of a slow report. */
const callBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
/** Of work that may take hours, in seconds. */
const workBounds = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 1800, 3600, 7200, 14_400, 28_800];

export const metrics = {
  'baton.sync.rows': {
    kind: 'counter',
    unit: '{row}',
    description: 'Rows that syncs wrote, by phase and by kind as in the summary of a sync',
    attributes: ['baton.sync.phase', 'baton.sync.kind'],
  },
  'baton.sync.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Duration of syncs',
    attributes: ['sync.type', 'baton.sync.outcome'],
    bounds: workBounds,
  },
  'baton.sync.last_success.time': {
    kind: 'gauge',
    unit: 's',
    description: 'End of the last successful sync, in seconds since 1970',
    attributes: ['sync.type'],
  },
  'baton.task.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Duration of the tasks that ConductorOne handed out',
    attributes: ['baton.task.type', 'baton.task.outcome'],
    bounds: workBounds,
  },
  'baton.call.duration': {
    kind: 'histogram',
    unit: 's',
    description: "Duration of calls of the connector's services, in this process and over the wire",
    attributes: ['rpc.service', 'rpc.method', 'rpc.grpc.status_code'],
    bounds: callBounds,
  },
  'baton.call.retries': {
    kind: 'counter',
    unit: '{call}',
    description: 'Calls that a sync repeated because the connector was unavailable',
    attributes: ['rpc.grpc.status_code'],
  },
  'http.client.request.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'Duration of HTTP requests, to the end of the response',
    attributes: ['http.request.method', 'server.address', 'server.port', 'http.response.status_code', 'error.type'],
    bounds: callBounds,
  },
  'baton.http.retries': {
    kind: 'counter',
    unit: '{request}',
    description: 'HTTP requests that were sent again',
    attributes: ['http.request.method', 'server.address', 'server.port'],
  },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof metrics;
