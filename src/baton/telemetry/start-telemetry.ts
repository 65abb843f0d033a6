// Telemetry of a program, from its settings: OpenTelemetry's SDK, and what sends it. Loaded only where there is a collector.
import {
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import { defaultResource, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { AlwaysOnSampler, BatchSpanProcessor, type ReadableSpan, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import type { Program } from '../author/program.ts';
import type { Settings } from '../config/field.ts';
import type { Telemetry } from '../instruments/telemetry.ts';
import type { Environment } from '../net/environment.ts';
import { createRedactor } from '../net/redact.ts';
import { OtelTelemetry } from './otel-telemetry.ts';
import { OtlpClient } from './otlp-client.ts';
import { type Delivery, DeliveryLog, OtlpExporter, type Signal } from './otlp-exporter.ts';
import { readTelemetryOptions, type TelemetryOptions } from './telemetry-options.ts';

export interface TelemetryStart {
  readonly program: Pick<Program, 'name' | 'version'>;
  readonly settings: Settings;
  readonly env: Environment;
  /** The folder that relative paths start from. */
  readonly cwd: string;
  readonly logger: Logger;
  /** How long {@link RunningTelemetry.close} may take. Default: five seconds. Only tests shorten it. */
  readonly closeTimeoutMs?: number;
  /** Takes secrets out of what is sent. */
  redactText(text: string): string;
}

export interface RunningTelemetry extends Telemetry {
  /** Sends a line of the JSON log; absent where logs are not sent. */
  readonly log?: (line: string) => void;
  /** Sends what is left, for a limited time, and ends the connection. */
  close(): Promise<void>;
}

const traces: Signal<ReadableSpan[]> = {
  name: 'traces',
  path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  serializer: ProtobufTraceSerializer,
};
const logs: Signal<ReadableLogRecord[]> = {
  name: 'logs',
  path: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
  serializer: ProtobufLogsSerializer,
};
const metrics: Signal<ResourceMetrics> = {
  name: 'metrics',
  path: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  serializer: ProtobufMetricsSerializer,
};

/** As in the Go runner (pkg/cli of baton-sdk v0.25.0). */
const closeTimeoutMsDefault = 5000;
const connectTimeoutMs = 5000;
/** A collector that is down must not slow down the work. */
const flushTimeoutMs = 1000;
/** Longer texts are cut. */
const textLengthMax = 8192;
const attributesMax = 128;

/**
 * Starts telemetry. It connects when there is something to send.
 * @returns Undefined if the settings ask for none.
 * @throws UsageError for settings and variables that cannot be used.
 */
export function startTelemetry(start: TelemetryStart): RunningTelemetry | undefined {
  const { program, settings, env, cwd, logger, redactText, closeTimeoutMs = closeTimeoutMsDefault } = start;
  const options = readTelemetryOptions(settings, env, cwd);
  if (!options) return undefined;
  const { endpoint, route, isInsecure, sends, headers, timeoutMs } = options;
  if (isInsecure) logger.warn({ endpoint }, 'the connection to the collector is not encrypted');
  const userAgent = `${program.name}/${program.version}`;
  // Headers are mostly for authentication.
  const { redactText: redactHeaders } = createRedactor(Object.values(headers));
  const client = new OtlpClient({ route, headers, userAgent, connectTimeoutMs, redactText: redactHeaders });
  const closing = new AbortController();
  const delivery: Delivery = { client, endpoint, timeoutMs, closing: closing.signal, logger };
  const log = new DeliveryLog(delivery);
  const resource = describeProgram(program, options);
  const providers = {
    traces: sends.traces ? traceWith(new OtlpExporter(traces, delivery, log), resource, options) : undefined,
    logs: sends.logs ? logWith(new OtlpExporter(logs, delivery, log), resource, options) : undefined,
    metrics: sends.metrics ? measureWith(new OtlpExporter(metrics, delivery, log), resource, options) : undefined,
  };
  const scope = [program.name, program.version] as const;
  const telemetry = new OtelTelemetry({
    tracer: providers.traces?.getTracer(...scope),
    logger: providers.logs?.getLogger(...scope),
    meter: providers.metrics?.getMeter(...scope),
    redactText,
  });
  return {
    startSpan: (...given) => telemetry.startSpan(...given),
    measure: (...given) => telemetry.measure(...given),
    ...(sends.logs && { log: (line: string) => telemetry.log(line) }),
    flush: async () => {
      const flushes = Object.values(providers).map((provider) => provider?.forceFlush());
      await isDoneWithin(flushTimeoutMs, Promise.allSettled(flushes));
    },
    close: async () => {
      closing.abort();
      const shutdowns = Object.values(providers).map((provider) => provider?.shutdown());
      if (!(await isDoneWithin(closeTimeoutMs, Promise.allSettled(shutdowns)))) log.gaveUp();
      client.close();
    },
  };
}

/** The name is that of the Go runner; it wins over the variable of OpenTelemetry, as there. */
function describeProgram({ name, version }: Pick<Program, 'name' | 'version'>, options: TelemetryOptions): Resource {
  return defaultResource().merge(
    resourceFromAttributes({
      'service.version': version,
      ...options.resourceAttributes,
      'service.name': `${name}-server`,
    }),
  );
}

function traceWith(exporter: OtlpExporter<ReadableSpan[]>, resource: Resource, { spanQueue }: TelemetryOptions) {
  return new TracerProvider({
    resource,
    sampler: new AlwaysOnSampler(),
    spanLimits: { attributeValueLengthLimit: textLengthMax, attributeCountLimit: attributesMax },
    spanProcessors: [new BatchSpanProcessor({ exporter, ...spanQueue })],
  });
}

function logWith(exporter: OtlpExporter<ReadableLogRecord[]>, resource: Resource, { logQueue }: TelemetryOptions) {
  return new LoggerProvider({
    resource,
    logRecordLimits: { attributeValueLengthLimit: textLengthMax, attributeCountLimit: attributesMax },
    processors: [new BatchLogRecordProcessor({ exporter, ...logQueue })],
  });
}

function measureWith(exporter: OtlpExporter<ResourceMetrics>, resource: Resource, options: TelemetryOptions) {
  const { metricIntervalMs: exportIntervalMillis, timeoutMs } = options;
  // The reader refuses to wait longer than its interval.
  const exportTimeoutMillis = Math.min(timeoutMs, exportIntervalMillis);
  return new MeterProvider({
    resource,
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis, exportTimeoutMillis })],
  });
}

async function isDoneWithin(timeoutMs: number, work: Promise<unknown>): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  const timer = setTimeout(() => late.resolve(false), timeoutMs);
  try {
    return await Promise.race([work.then(() => true), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
