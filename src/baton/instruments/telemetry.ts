// What code says about its work as it does it: spans and measurements. They go nowhere unless the program sends telemetry
// (telemetry/), which is loaded only then: this file is all that every start loads.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { MetricName } from './metrics.ts';

/** Properties with few values, none of them personal or secret. Undefined ones are omitted. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanOptions {
  readonly attributes?: Attributes | undefined;
  /** `client` for a request to another program, `server` for one from it. Default: `internal`. */
  readonly kind?: 'internal' | 'client' | 'server' | undefined;
  /**
   * How it is tied to the running span. `child`: part of its trace. `root`: a trace of its own. `linked`: a trace of its
   * own with a link back, for work of which a span has thousands. Default: `child`.
   */
  readonly start?: 'child' | 'root' | 'linked' | undefined;
  /** Of the request that it serves: a span with a valid `traceparent` belongs to the trace of the caller. */
  readonly caller?: TraceHeaders | undefined;
}

/** The headers of W3C Trace Context. */
export interface TraceHeaders {
  readonly traceparent: string;
  readonly tracestate?: string | undefined;
}

/** A piece of work with a beginning and an end. */
export interface Span {
  /** Its headers for a request to another program; undefined if nothing records it. */
  readonly headers: TraceHeaders | undefined;
  setAttributes(attributes: Attributes): void;
  /**
   * Marks it as failed. A cancelled call and one past its deadline count as no failure, as in Go.
   * @param error - What it failed with, or a stable word for that.
   */
  fail(error: unknown): void;
  end(): void;
}

/** Where spans and measurements go. */
export interface Telemetry {
  /** @param parent - The running span, which this telemetry made. */
  startSpan(name: string, options: SpanOptions, parent: Span | undefined): Span;
  measure(metric: MetricName, value: number, attributes: Attributes): void;
  /** Sends what has been recorded, as far as that succeeds within a second. */
  flush(): Promise<void>;
}

interface Scope {
  readonly telemetry: Telemetry;
  readonly span: Span | undefined;
}

const scopes = new AsyncLocalStorage<Scope>();

/** Of programs that send no telemetry. */
const unrecorded: Span = { headers: undefined, setAttributes: () => {}, fail: () => {}, end: () => {} };

/** Does work whose spans and measurements go to `telemetry`, and those of all that it starts. */
export function withTelemetry<Result>(telemetry: Telemetry, work: () => Result): Result {
  return scopes.run({ telemetry, span: undefined }, work);
}

/** Does work within a span, which ends with it. */
export async function inSpan<Result>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<Result>,
): Promise<Result> {
  const scope = scopes.getStore();
  if (!scope) return await work(unrecorded);
  const { telemetry } = scope;
  const span = telemetry.startSpan(name, options, scope.span);
  try {
    return await scopes.run({ telemetry, span }, () => work(span));
  } catch (error) {
    span.fail(error);
    throw error;
  } finally {
    span.end();
  }
}

/** Begins a span that is not one function's work: whoever begins it ends it. */
export function startSpan(name: string, options: SpanOptions): Span {
  const scope = scopes.getStore();
  return scope ? scope.telemetry.startSpan(name, options, scope.span) : unrecorded;
}

/** Whether spans and measurements go anywhere, for code that would prepare much for them. */
export function hasTelemetry(): boolean {
  return scopes.getStore() !== undefined;
}

/** The running span, if there is one. */
export function runningSpan(): Span | undefined {
  return scopes.getStore()?.span;
}

/** The headers of the running span, for a request to a program that shall continue its trace. */
export function traceHeaders(): TraceHeaders | undefined {
  return scopes.getStore()?.span?.headers;
}

/** Adds to a counter, or records a value of a distribution or a gauge, as the table of metrics says. */
export function measure(metric: MetricName, value: number, attributes: Attributes = {}): void {
  scopes.getStore()?.telemetry.measure(metric, value, attributes);
}

/** Sends what has been recorded, before a process that may stand still, or be killed, waits for more work. */
export async function flushTelemetry(): Promise<void> {
  await scopes.getStore()?.telemetry.flush();
}

/** A function that does its work with the telemetry of whoever makes it, and within no span: for callbacks of sockets. */
export function keepTelemetry<Input extends unknown[], Result>(
  work: (...input: Input) => Result,
): (...input: Input) => Result {
  const scope = scopes.getStore();
  if (!scope) return work;
  const { telemetry } = scope;
  return (...input) => withTelemetry(telemetry, () => work(...input));
}
