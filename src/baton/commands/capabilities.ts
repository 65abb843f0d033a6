// `capabilities`: what the connector can do, for ConductorOne's catalog.
import { type JsonValue, toJson } from '@bufbuild/protobuf';
import { AnySchema, anyPack } from '@bufbuild/protobuf/wkt';
import { ConnectorCapabilitiesSchema } from '#gen/c1/connector/v2/connector_pb.js';
import type { Command } from '../command-line/command.ts';

/**
 * Prints the capabilities as Go connectors do, which keep the output as `baton_capabilities.json`: the message packed
 * as Any, indented by two spaces, without a final newline. It needs no settings and connects to nothing.
 */
export const capabilitiesCommand: Command = {
  name: 'capabilities',
  summary: "Print the connector's capabilities as JSON",
  needsConnectorSettings: false,
  async run({ program, settings, logger, waits, userAgent, host }) {
    // Loaded here: the other commands do not need it.
    const { deriveCapabilities } = await import('../services/capabilities.ts');
    const { annotationRegistry } = await import('../messages/annotation-registry.ts');
    const connector = program.connector(settings, { logger, waits, userAgent, env: host.env });
    try {
      const packed = anyPack(ConnectorCapabilitiesSchema, deriveCapabilities(connector));
      const json = toJson(AnySchema, packed, { registry: annotationRegistry });
      host.stdout.write(JSON.stringify(putTypesFirst(json), undefined, 2));
    } finally {
      await connector.close?.();
    }
    return 0;
  },
};

/** Go writes `@type` before the fields of a packed message, protobuf-es after them. */
function putTypesFirst(json: JsonValue): JsonValue {
  if (Array.isArray(json)) return json.map(putTypesFirst);
  if (typeof json !== 'object' || json === null) return json;
  const { '@type': type, ...fields } = json;
  const rest = Object.entries(fields).map(([name, value]): [string, JsonValue] => [name, putTypesFirst(value)]);
  return Object.fromEntries(type === undefined ? rest : [['@type', type], ...rest]);
}
