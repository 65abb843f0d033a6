// Spans, metrics and log lines as OpenTelemetry's SDK takes them.
import {
  type Context,
  type Counter,
  type Gauge,
  type Histogram,
  type Logger,
  type Meter,
  type Attributes as OtelAttributes,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  SeverityNumber,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { type Metric, type MetricName, metrics } from '../instruments/metrics.ts';
import {
  type Attributes,
  runningSpan,
  type Span,
  type SpanOptions,
  type Telemetry,
  type TraceHeaders,
} from '../instruments/telemetry.ts';
import { isExpected, nameFailure } from './describe-failure.ts';

/** Those of signals that are sent. */
export interface Instrumentation {
  readonly tracer: Tracer | undefined;
  readonly meter: Meter | undefined;
  readonly logger: Logger | undefined;
  /** Takes secrets out of what is sent. */
  redactText(text: string): string;
}

const kinds = { internal: SpanKind.INTERNAL, client: SpanKind.CLIENT, server: SpanKind.SERVER };
const propagator = new W3CTraceContextPropagator();
const headerGetter: TextMapGetter<TraceHeaders> = {
  keys: () => ['traceparent', 'tracestate'],
  get: (headers, name) => (name === 'traceparent' || name === 'tracestate' ? headers[name] : undefined),
};

export class OtelTelemetry implements Omit<Telemetry, 'flush'> {
  readonly #with: Instrumentation;
  readonly #instruments = new Map<MetricName, (value: number, attributes: OtelAttributes) => void>();

  constructor(instrumentation: Instrumentation) {
    this.#with = instrumentation;
  }

  startSpan(name: string, options: SpanOptions, parent: Span | undefined): Span {
    const { tracer, redactText } = this.#with;
    if (!tracer) return new UntracedSpan(parent?.headers ?? options.caller);
    const { attributes = {}, kind = 'internal', start = 'child', caller } = options;
    const running = parent instanceof TracedSpan ? parent : undefined;
    const context = caller ? readCaller(caller) : start === 'child' ? running?.context : undefined;
    const links = start === 'linked' && running ? [{ context: running.span.spanContext() }] : [];
    const span = tracer.startSpan(
      redactText(name),
      { kind: kinds[kind], attributes: this.#clean(attributes), links },
      context ?? ROOT_CONTEXT,
    );
    return new TracedSpan(span, (given) => this.#clean(given));
  }

  measure(name: MetricName, value: number, attributes: Attributes): void {
    const { meter } = this.#with;
    if (!meter) return;
    const record = this.#instruments.get(name) ?? createInstrument(meter, name, metrics[name]);
    this.#instruments.set(name, record);
    record(value, this.#clean(attributes));
  }

  /** Sends a line of the JSON log, whose secrets are out of it already, with the running span. */
  log(line: string): void {
    const span = runningSpan();
    const { ts, level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
    this.#with.logger?.emit({
      ...(typeof ts === 'number' && { timestamp: new Date(ts * 1000) }),
      severityNumber: severities[String(level)] ?? SeverityNumber.UNSPECIFIED,
      severityText: String(level),
      ...(typeof msg === 'string' && { body: msg }),
      attributes: fields as OtelAttributes,
      ...(span instanceof TracedSpan && { context: span.context }),
    });
  }

  #clean(attributes: Attributes): OtelAttributes {
    const cleaned: OtelAttributes = {};
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== undefined) cleaned[name] = typeof value === 'string' ? this.#with.redactText(value) : value;
    }
    return cleaned;
  }
}

const severities: Readonly<Record<string, SeverityNumber>> = {
  trace: SeverityNumber.TRACE,
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  fatal: SeverityNumber.FATAL,
};

class TracedSpan implements Span {
  readonly span: OtelSpan;
  /** Of spans within it. */
  readonly context: Context;
  readonly #clean: (attributes: Attributes) => OtelAttributes;

  constructor(span: OtelSpan, clean: (attributes: Attributes) => OtelAttributes) {
    this.span = span;
    this.context = trace.setSpan(ROOT_CONTEXT, span);
    this.#clean = clean;
  }

  get headers(): TraceHeaders {
    const { traceId, spanId, traceFlags, traceState } = this.span.spanContext();
    const traceparent = `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
    return { traceparent, tracestate: traceState?.serialize() };
  }

  setAttributes(attributes: Attributes): void {
    this.span.setAttributes(this.#clean(attributes));
  }

  fail(error: unknown): void {
    if (isExpected(error)) return;
    const name = nameFailure(error);
    this.span.addEvent('exception', { 'exception.type': name });
    this.span.setAttribute('error.type', name);
    this.span.setStatus({ code: SpanStatusCode.ERROR, message: name });
  }

  end(): void {
    this.span.end();
  }
}

/** Where only logs and metrics are sent: passes on the trace of the caller. */
class UntracedSpan implements Span {
  readonly headers: TraceHeaders | undefined;

  constructor(headers: TraceHeaders | undefined) {
    this.headers = headers;
  }

  setAttributes(): void {}
  fail(): void {}
  end(): void {}
}

/** Undefined if the headers are malformed: then the span has a trace of its own. */
function readCaller(caller: TraceHeaders): Context | undefined {
  const context = propagator.extract(ROOT_CONTEXT, caller, headerGetter);
  return context === ROOT_CONTEXT ? undefined : context;
}

function createInstrument(meter: Meter, name: string, metric: Metric) {
  const options = { unit: metric.unit, description: metric.description };
  switch (metric.kind) {
    case 'counter': {
      const counter: Counter = meter.createCounter(name, options);
      return (value: number, attributes: OtelAttributes) => counter.add(value, attributes);
    }
    case 'gauge': {
      const gauge: Gauge = meter.createGauge(name, options);
      return (value: number, attributes: OtelAttributes) => gauge.record(value, attributes);
    }
    case 'histogram': {
      const advice = metric.bounds && { advice: { explicitBucketBoundaries: [...metric.bounds] } };
      const histogram: Histogram = meter.createHistogram(name, { ...options, ...advice });
      return (value: number, attributes: OtelAttributes) => histogram.record(value, attributes);
    }
  }
}
