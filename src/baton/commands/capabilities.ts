// `capabilities`: what the connector can do, for ConductorOne's catalogue.
import type { Command } from '../command-line/command.ts';

export const capabilitiesCommand: Command = {
  name: 'capabilities',
  summary: 'Prints what the connector can do, as JSON',
  needsConnectorSettings: false,
  // Loaded here: the other commands need nothing of it.
  run: async (invocation) => (await import('./print-capabilities.ts')).printCapabilities(invocation),
};
