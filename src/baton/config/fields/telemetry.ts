// Settings of OpenTelemetry. Without a collector nothing is sent, so the others have no effect alone.
import { boolField, stringField } from '../create-field.ts';

const needsCollector = { answer: 'accept', because: 'it only applies with --otel-collector-endpoint' } as const;

const otelCollectorEndpoint = stringField({
  name: 'otel-collector-endpoint',
  description: 'OpenTelemetry collector to send traces and logs to',
  exportTarget: 'ops',
  unsupported: { answer: 'refuse', because: 'this version sends no telemetry' },
});

export const telemetryFields = [
  otelCollectorEndpoint,
  stringField({
    name: 'otel-collector-endpoint-tls-cert-path',
    description: 'PEM file with the CA certificate of the collector',
    hidden: true,
    exportTarget: 'ops',
    unsupported: needsCollector,
  }),
  stringField({
    name: 'otel-collector-endpoint-tls-cert',
    description: 'CA certificate of the collector: PEM, encoded as base64url',
    hidden: true,
    exportTarget: 'ops',
    unsupported: needsCollector,
  }),
  boolField({
    name: 'otel-collector-endpoint-tls-insecure',
    description: 'Connect to the collector without TLS',
    hidden: true,
    exportTarget: 'ops',
    unsupported: needsCollector,
  }),
  boolField({
    name: 'otel-tracing-disabled',
    description: 'Do not send traces',
    hidden: true,
    exportTarget: 'ops',
    unsupported: needsCollector,
  }),
  boolField({
    name: 'otel-logging-disabled',
    description: 'Do not send logs to the collector',
    hidden: true,
    exportTarget: 'ops',
    unsupported: needsCollector,
  }),
];
