// Settings of OpenTelemetry. Without a collector nothing is sent, so the rest says nothing by itself.
import { boolField, stringField } from '../create-field.ts';

const needsCollector = { answer: 'accept', because: 'it goes with --otel-collector-endpoint' } as const;

const otelCollectorEndpoint = stringField({
  name: 'otel-collector-endpoint',
  description: 'The OpenTelemetry collector that traces and logs are sent to',
  exportTarget: 'ops',
  unsupported: { answer: 'refuse', because: 'this version sends no telemetry' },
});

export const telemetryFields = [
  otelCollectorEndpoint,
  stringField({
    name: 'otel-collector-endpoint-tls-cert-path',
    description: 'A PEM file with the certificate authority of the collector',
    hidden: true,
    exportTarget: 'ops',
    unsupported: needsCollector,
  }),
  stringField({
    name: 'otel-collector-endpoint-tls-cert',
    description: 'The certificate authority of the collector: its PEM text in base64url',
    hidden: true,
    exportTarget: 'ops',
    unsupported: needsCollector,
  }),
  boolField({
    name: 'otel-collector-endpoint-tls-insecure',
    description: 'Speaks to the collector without TLS',
    hidden: true,
    exportTarget: 'ops',
    unsupported: needsCollector,
  }),
  boolField({
    name: 'otel-tracing-disabled',
    description: 'Sends no traces',
    hidden: true,
    exportTarget: 'ops',
    unsupported: needsCollector,
  }),
  boolField({
    name: 'otel-logging-disabled',
    description: 'Sends no logs to the collector',
    hidden: true,
    exportTarget: 'ops',
    unsupported: needsCollector,
  }),
];
