// What the settings and OpenTelemetry's own variables say about telemetry. The variables are those that count in a Go
// connector, too: its SDK hands their meaning to OpenTelemetry's packages (pkg/uotel of baton-sdk v0.25.0).
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';
import { UsageError } from '../author/usage-error.ts';
import type { Settings } from '../config/field.ts';
import {
  otelCollectorEndpoint,
  otelLoggingDisabled,
  otelMetricsDisabled,
  otelTlsCert,
  otelTlsCertPath,
  otelTlsInsecure,
  otelTracingDisabled,
  parseCollectorEndpoint,
} from '../config/fields/telemetry.ts';
import { type Environment, UnusableVariableError } from '../net/environment.ts';
import { parseCertificates } from '../net/pem.ts';
import { findRoute, type Route } from '../net/route.ts';

export interface TelemetryOptions {
  /** As it is set, for messages. */
  readonly endpoint: string;
  readonly route: Route;
  readonly isInsecure: boolean;
  readonly sends: Readonly<Record<'traces' | 'logs' | 'metrics', boolean>>;
  /** Of each export, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Of the resource, besides those of the program. */
  readonly resourceAttributes: Readonly<Record<string, string>>;
  readonly spanQueue: QueueOptions;
  readonly logQueue: QueueOptions;
  readonly metricIntervalMs: number;
}

/** As OpenTelemetry's batch processors take them. */
interface QueueOptions {
  readonly maxQueueSize: number;
  readonly maxExportBatchSize: number;
  readonly scheduledDelayMillis: number;
}

/**
 * @returns Undefined if nothing is to be sent: there is no endpoint, or both traces and logs are disabled.
 * @throws UsageError for settings and variables that cannot be used.
 */
export function readTelemetryOptions(settings: Settings, env: Environment, cwd: string): TelemetryOptions | undefined {
  const endpoint = settings.get(otelCollectorEndpoint);
  const traces = !settings.get(otelTracingDisabled);
  const logs = !settings.get(otelLoggingDisabled);
  if (!endpoint || !(traces || logs)) return undefined;
  const isInsecure = settings.get(otelTlsInsecure);
  return {
    endpoint,
    route: findCollector(endpoint, isInsecure ? 'insecure' : readAuthority(settings, cwd), env),
    isInsecure,
    sends: { traces, logs, metrics: !settings.get(otelMetricsDisabled) },
    headers: Object.fromEntries(
      Object.entries(readPairs(env.OTEL_EXPORTER_OTLP_HEADERS)).map(([name, value]) => [name.toLowerCase(), value]),
    ),
    timeoutMs: readNumber(env.OTEL_EXPORTER_OTLP_TIMEOUT, 10_000),
    resourceAttributes: readPairs(env.OTEL_RESOURCE_ATTRIBUTES),
    spanQueue: readQueue(env, 'OTEL_BSP', 5000),
    logQueue: readQueue(env, 'OTEL_BLRP', 1000),
    metricIntervalMs: readNumber(env.OTEL_METRIC_EXPORT_INTERVAL, 60_000),
  };
}

function findCollector(endpoint: string, trust: SecureContext | 'insecure' | undefined, env: Environment): Route {
  try {
    // As in Go, the rules for proxies are those of HTTPS, whether or not the connection is encrypted.
    const route = findRoute(new URL(`https://${parseCollectorEndpoint(endpoint)}`), env);
    return { ...route, trust: trust === 'insecure' ? undefined : (trust ?? route.trust) };
  } catch (error) {
    if (error instanceof UnusableVariableError) throw new UsageError([error.message]);
    throw error;
  }
}

/** @returns Undefined: the authorities that all connections trust. */
function readAuthority(settings: Settings, cwd: string): SecureContext | undefined {
  const path = settings.get(otelTlsCertPath);
  const text = settings.get(otelTlsCert);
  const pathPlace = settings.placeOf(otelTlsCertPath);
  const textPlace = settings.placeOf(otelTlsCert);
  if (path && text) throw new UsageError([`${pathPlace} and ${textPlace} are mutually exclusive: set only one`]);
  if (path) return trustPem(pathPlace, readPem(pathPlace, resolve(cwd, path)));
  if (!text) return undefined;
  return trustPem(textPlace, text.startsWith('-----') ? text : Buffer.from(text, 'base64url').toString());
}

/** @param place - Of the setting, for messages. */
function readPem(place: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError([`${place}: cannot read ${path}: ${(error as NodeJS.ErrnoException).code}`]);
  }
}

function trustPem(place: string, pem: string): SecureContext {
  try {
    const certificates = parseCertificates(pem);
    if (certificates.length > 0) return createSecureContext({ ca: certificates.map(String) });
  } catch {
    // Reported below.
  }
  throw new UsageError([`${place}: contains no usable PEM certificate`]);
}

/** `name=value,name=value`, percent-encoded as in W3C Baggage. Anything but a pair is ignored, as the specification says. */
function readPairs(text = ''): Record<string, string> {
  const pairs = text.split(',').flatMap((pair) => {
    const [name = '', ...rest] = pair.split('=');
    if (name.trim() === '' || rest.length === 0) return [];
    return [[name.trim(), decodeValue(rest.join('=').trim())]];
  });
  return Object.fromEntries(pairs);
}

function decodeValue(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The specification's defaults, except for the delay. */
function readQueue(env: Environment, prefix: 'OTEL_BSP' | 'OTEL_BLRP', delayMs: number): QueueOptions {
  const maxQueueSize = readNumber(env[`${prefix}_MAX_QUEUE_SIZE`], 2048);
  return {
    maxQueueSize,
    maxExportBatchSize: Math.min(readNumber(env[`${prefix}_MAX_EXPORT_BATCH_SIZE`], 512), maxQueueSize),
    scheduledDelayMillis: readNumber(env[`${prefix}_SCHEDULE_DELAY`], delayMs),
  };
}

/** Anything but a positive integer is ignored, as the specification says. */
function readNumber(text: string | undefined, defaultValue: number): number {
  return text && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : defaultValue;
}
