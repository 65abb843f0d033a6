// The default command: one full sync into a .c1z file.
import type { Command } from '../command-line/command.ts';
import { choiceField } from '../config/create-field.ts';

export const output = choiceField({
  name: 'output',
  description: 'How the result is printed: text for people, json for scripts',
  oneOf: ['text', 'json'],
  default: 'text',
  exportTarget: 'none',
});

export const syncCommand: Command = {
  name: 'sync',
  summary: 'Syncs once into a .c1z file',
  fields: [output],
  needsConnectorSettings: true,
  // Loaded here: the other commands need nothing of it.
  run: async (invocation) => (await import('./run-sync.ts')).runSync(invocation),
};
