// `_connector-service`: the connector as a child of a program that runs connectors, such as one made with the Go SDK.
import type { Command } from '../command-line/command.ts';

/**
 * A parent runs its own command line again with this name at its end, writes a line on stdin and keeps the pipe open
 * (internal/connector of baton-sdk v0.25.0). stdout is the parent's, and stays empty.
 */
export const connectorServiceCommand: Command = {
  name: '_connector-service',
  summary: 'Serves the connector to the program that started this one',
  hidden: true,
  needsConnectorSettings: true,
  startedByProgram: true,
  // Loaded here: the other commands need nothing of it.
  run: async (invocation) => (await import('./serve-parent.ts')).serveParent(invocation),
};
