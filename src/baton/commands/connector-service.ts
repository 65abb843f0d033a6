// `_connector-service`: runs the connector as the child of another program, such as one built with the Go SDK.
import type { Command } from '../command-line/command.ts';

/**
 * A parent appends this name to its own command line, writes a line to the child's stdin and keeps the pipe open
 * (internal/connector of baton-sdk v0.25.0). Stdout belongs to the parent and stays empty.
 */
export const connectorServiceCommand: Command = {
  name: '_connector-service',
  summary: 'Serve the connector to the parent process',
  hidden: true,
  needsConnectorSettings: true,
  sendsTelemetry: true,
  startedByProgram: true,
  // Loaded here: the other commands do not need it.
  run: async (invocation) => (await import('./serve-parent.ts')).serveParent(invocation),
};
