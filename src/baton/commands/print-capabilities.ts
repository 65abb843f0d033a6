// Prints what the connector can do.
import { type JsonValue, toJson } from '@bufbuild/protobuf';
import { AnySchema, anyPack } from '@bufbuild/protobuf/wkt';
import { ConnectorCapabilitiesSchema } from '#gen/c1/connector/v2/connector_pb.js';
import type { Invocation } from '../command-line/command.ts';
import { annotationRegistry } from '../messages/annotation-registry.ts';
import { deriveCapabilities } from '../services/capabilities.ts';

/**
 * Prints the capabilities as Go connectors do, which keep the output as `baton_capabilities.json`: the message packed
 * as Any, indented by two spaces, without a line end behind it. It needs no settings and connects to nothing.
 */
export async function printCapabilities({ program, settings, logger, userAgent, host }: Invocation): Promise<number> {
  const connector = program.connector(settings, { logger, userAgent, env: host.env });
  try {
    const packed = anyPack(ConnectorCapabilitiesSchema, deriveCapabilities(connector));
    const json = toJson(AnySchema, packed, { registry: annotationRegistry });
    host.stdout.write(JSON.stringify(putTypesFirst(json), undefined, 2));
  } finally {
    await connector.close?.();
  }
  return 0;
}

/** Go writes `@type` before the fields of a packed message, protobuf-es behind them. */
function putTypesFirst(json: JsonValue): JsonValue {
  if (Array.isArray(json)) return json.map(putTypesFirst);
  if (typeof json !== 'object' || json === null) return json;
  const { '@type': type, ...fields } = json;
  const rest = Object.entries(fields).map(([name, value]): [string, JsonValue] => [name, putTypesFirst(value)]);
  return Object.fromEntries(type === undefined ? rest : [['@type', type], ...rest]);
}
