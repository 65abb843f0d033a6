// An OTLP collector for tests: a gRPC server that decodes what it gets by the specification's own .proto files.
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  type GrpcObject,
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceClientConstructor,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import type { Certificate } from '../../../src/simulator/conductorone/certificate.ts';

export type Attributes = Readonly<Record<string, unknown>>;

export interface ReceivedSpan {
  readonly name: string;
  /** `SPAN_KIND_CLIENT`. */
  readonly kind: string;
  /** In hexadecimal, as all ids. */
  readonly traceId: string;
  readonly spanId: string;
  /** Empty if it has none. */
  readonly parentSpanId: string;
  /** Ids of traces. */
  readonly links: readonly string[];
  readonly attributes: Attributes;
  readonly isError: boolean;
  readonly statusMessage: string;
}

export interface ReceivedLog {
  readonly body: unknown;
  readonly severity: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Attributes;
}

export interface ReceivedPoint {
  readonly attributes: Attributes;
  /** The value of a counter or gauge; the sum of a histogram. */
  readonly value: number;
  /** Of a histogram. */
  readonly count: number | undefined;
}

export interface Collector {
  /** `host:port`. */
  readonly endpoint: string;
  readonly spans: ReceivedSpan[];
  readonly logs: ReceivedLog[];
  /** The last points of each metric. */
  readonly metrics: Map<string, ReceivedPoint[]>;
  readonly resources: Attributes[];
  /** The headers of each export. */
  readonly headers: Record<string, unknown>[];
  /** How many exports it got, answered or not. */
  exports: number;
  /** What it answers from now on: `ok`, a status, that it rejected something, or nothing at all. */
  answer:
    | 'ok'
    | 'nothing'
    | { readonly code: status; readonly details: string }
    | { readonly rejected: number; readonly errorMessage: string };
  /** Exports of these are not implemented. */
  readonly unimplemented: Set<Kind>;
  named(name: string): ReceivedSpan[];
  close(): Promise<void>;
}

type Kind = 'traces' | 'logs' | 'metrics';

/** What proto-loader decodes. */
type Message = { readonly [field: string]: unknown };

const protoFolder = join(import.meta.dirname, 'proto');

const services: Readonly<Record<Kind, string>> = {
  traces: 'trace.v1.TraceService',
  logs: 'logs.v1.LogsService',
  metrics: 'metrics.v1.MetricsService',
};

const rejectedFields: Readonly<Record<Kind, string>> = {
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
};

/** Starts one, on any port of loopback, which closes when the test ends. */
export async function startCollector(t: TestContext, certificate?: Certificate): Promise<Collector> {
  const server = new Server();
  const collector: Collector = {
    endpoint: '',
    spans: [],
    logs: [],
    metrics: new Map(),
    resources: [],
    headers: [],
    exports: 0,
    answer: 'ok',
    unimplemented: new Set(),
    named: (name) => collector.spans.filter((span) => span.name === name),
    close: async () => server.forceShutdown(),
  };
  const loaded = loadPackageDefinition(
    loadSync(
      ['trace/v1/trace_service', 'logs/v1/logs_service', 'metrics/v1/metrics_service'].map(
        (name) => `opentelemetry/proto/collector/${name}.proto`,
      ),
      { includeDirs: [protoFolder], longs: Number, enums: String, defaults: true },
    ),
  );
  for (const kind of ['traces', 'logs', 'metrics'] as const) {
    const { service } = find(loaded, `opentelemetry.proto.collector.${services[kind]}`);
    server.addService(service, {
      Export: (call: ServerUnaryCall<Message, Message>, respond: sendUnaryData<Message>) => {
        collector.exports += 1;
        collector.headers.push(call.metadata.getMap());
        if (collector.unimplemented.has(kind)) respond({ code: status.UNIMPLEMENTED, details: `no ${kind}` });
        else if (collector.answer === 'ok') respond(null, receive(collector, kind, call.request));
        else if (collector.answer === 'nothing') return;
        else if ('code' in collector.answer) respond(collector.answer);
        else {
          const { rejected, errorMessage } = collector.answer;
          respond(null, { partialSuccess: { [rejectedFields[kind]]: rejected, errorMessage } });
        }
      },
    });
  }
  const credentials = certificate
    ? ServerCredentials.createSsl(null, [
        { cert_chain: Buffer.from(certificate.cert), private_key: Buffer.from(certificate.key) },
      ])
    : ServerCredentials.createInsecure();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync('127.0.0.1:0', credentials, (error, port) => (error ? reject(error) : resolve(port)));
  t.after(() => server.forceShutdown());
  return Object.assign(collector, { endpoint: `127.0.0.1:${await promise}` });
}

function find(root: GrpcObject, path: string): ServiceClientConstructor {
  const found = path.split('.').reduce<unknown>((at, name) => (at as GrpcObject)[name], root);
  return found as ServiceClientConstructor;
}

function receive(collector: Collector, kind: Kind, request: Message): Message {
  for (const resource of list(
    request[{ traces: 'resourceSpans', logs: 'resourceLogs', metrics: 'resourceMetrics' }[kind]],
  )) {
    collector.resources.push(readAttributes((resource.resource as Message).attributes));
    for (const scope of list(resource[{ traces: 'scopeSpans', logs: 'scopeLogs', metrics: 'scopeMetrics' }[kind]])) {
      for (const span of list(scope.spans)) collector.spans.push(readSpan(span));
      for (const record of list(scope.logRecords)) collector.logs.push(readLog(record));
      for (const metric of list(scope.metrics)) collector.metrics.set(String(metric.name), readPoints(metric));
    }
  }
  return {};
}

function readSpan(span: Message): ReceivedSpan {
  const { code, message } = (span.status ?? {}) as Message;
  return {
    name: String(span.name),
    kind: String(span.kind),
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentSpanId: hex(span.parentSpanId),
    links: list(span.links).map((link) => hex(link.traceId)),
    attributes: readAttributes(span.attributes),
    isError: code === 'STATUS_CODE_ERROR',
    statusMessage: String(message ?? ''),
  };
}

function readLog(record: Message): ReceivedLog {
  return {
    body: readValue(record.body),
    severity: String(record.severityText),
    traceId: hex(record.traceId),
    spanId: hex(record.spanId),
    attributes: readAttributes(record.attributes),
  };
}

function readPoints(metric: Message): ReceivedPoint[] {
  const { sum, gauge, histogram } = metric as Readonly<Record<string, Message | undefined>>;
  return list((sum ?? gauge ?? histogram)?.dataPoints).map((point) => ({
    attributes: readAttributes(point.attributes),
    value: Number(histogram ? point.sum : point.value === 'asInt' ? point.asInt : (point.asDouble ?? point.asInt)),
    count: histogram ? Number(point.count) : undefined,
  }));
}

function readAttributes(pairs: unknown): Attributes {
  return Object.fromEntries(list(pairs).map(({ key, value }) => [key, readValue(value)]));
}

/** An AnyValue: an object with one field, after which the value is named. */
function readValue(value: unknown): unknown {
  const [[kind, content] = []] = Object.entries((value ?? {}) as Message);
  if (kind === 'arrayValue') return list((content as Message).values).map(readValue);
  return kind === 'kvlistValue' ? readAttributes((content as Message).values) : content;
}

function list(value: unknown): readonly Message[] {
  return (value ?? []) as readonly Message[];
}

function hex(bytes: unknown): string {
  return Buffer.from((bytes ?? []) as Buffer).toString('hex');
}
