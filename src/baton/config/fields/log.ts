// Settings of the log, which every Baton connector has.
import { choiceField, stringField, stringSliceField } from '../create-field.ts';

const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];
const logFormats = ['json', 'console'] as const;
export type LogFormat = (typeof logFormats)[number];

/** Its choices are not exported, as in the Go SDK. */
export const logLevel = choiceField({
  name: 'log-level',
  description: 'Minimum level to log: debug, info, warn or error',
  oneOf: logLevels,
  default: 'info',
  rulesExported: false,
  exportTarget: 'ops',
});

/** The default is that of the Go SDK. */
export const logFormat = choiceField({
  name: 'log-format',
  description: 'Log format: json or console (default: console on a terminal, json elsewhere)',
  oneOf: logFormats,
  exportTarget: 'none',
});

export const logPath = stringSliceField({
  name: 'log-path',
  description: 'Where to write the log: stderr, stdout or file paths; each gets every line (default: stderr)',
  pathTo: 'file',
  exportTarget: 'none',
});

const logLevelDebugExpiresAt = stringField({
  name: 'log-level-debug-expires-at',
  description: 'Time at which debug logging ends, as RFC 3339',
  exportTarget: 'ops',
  unsupported: { answer: 'accept', because: 'only connectors hosted by ConductorOne read it' },
});

export const logFields = [logLevel, logFormat, logPath, logLevelDebugExpiresAt];
