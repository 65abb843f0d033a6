// Settings of OpenTelemetry. Without a collector nothing is sent, so the others have no effect alone.
import { boolField, stringField } from '../create-field.ts';

export const otelCollectorEndpoint = stringField({
  name: 'otel-collector-endpoint',
  description: 'OpenTelemetry collector to send traces, logs and metrics to over gRPC, as host:port',
  exportTarget: 'ops',
  check: (value) =>
    parseCollectorEndpoint(value) === undefined
      ? 'must be a host and a port, such as collector:4317, without http:// or https://'
      : undefined,
});

/**
 * The collector as `host` or `host:port`.
 * @param endpoint - Also `dns:///host:port`, as gRPC may write it.
 * @returns Undefined if it is anything else.
 */
export function parseCollectorEndpoint(endpoint: string): string | undefined {
  const address = endpoint.startsWith('dns:///') ? endpoint.slice('dns:///'.length) : endpoint;
  if (/[/?#@\s\\]/.test(address)) return undefined;
  return URL.canParse(`https://${address}`) ? address : undefined;
}

export const otelTlsCertPath = stringField({
  name: 'otel-collector-endpoint-tls-cert-path',
  description: 'PEM file with the CA certificate of the collector',
  hidden: true,
  pathTo: 'file',
  exportTarget: 'ops',
});

export const otelTlsCert = stringField({
  name: 'otel-collector-endpoint-tls-cert',
  description: 'CA certificate of the collector: PEM, or PEM encoded as base64url',
  hidden: true,
  exportTarget: 'ops',
});

export const otelTlsInsecure = boolField({
  name: 'otel-collector-endpoint-tls-insecure',
  description: 'Connect to the collector without TLS',
  hidden: true,
  exportTarget: 'ops',
});

export const otelTracingDisabled = boolField({
  name: 'otel-tracing-disabled',
  description: 'Do not send traces to the collector',
  hidden: true,
  exportTarget: 'ops',
});

export const otelLoggingDisabled = boolField({
  name: 'otel-logging-disabled',
  description: 'Do not send logs to the collector',
  hidden: true,
  exportTarget: 'ops',
});

/** Not of the Go runner, which sends no metrics. */
export const otelMetricsDisabled = boolField({
  name: 'otel-metrics-disabled',
  description: 'Do not send metrics to the collector',
  hidden: true,
  exportTarget: 'none',
});

export const telemetryFields = [
  otelCollectorEndpoint,
  otelTlsCertPath,
  otelTlsCert,
  otelTlsInsecure,
  otelTracingDisabled,
  otelLoggingDisabled,
  otelMetricsDisabled,
];
