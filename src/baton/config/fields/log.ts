// Settings of the log, which every Baton connector has.
import { choiceField, stringField, stringSliceField } from '../create-field.ts';

const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];
const logFormats = ['json', 'console'] as const;
export type LogFormat = (typeof logFormats)[number];

/** The exported schema of the Go SDK tells no choices here, so ours does not. */
export const logLevel = choiceField({
  name: 'log-level',
  description: 'What is logged at the least: debug, info, warn or error',
  oneOf: logLevels,
  default: 'info',
  rulesExported: false,
  exportTarget: 'ops',
});

/** Without a value it is `console` where stdout is a terminal and `json` elsewhere, as in the Go SDK. */
export const logFormat = choiceField({
  name: 'log-format',
  description: 'How log lines look: json or console (default: console on a terminal, json elsewhere)',
  oneOf: logFormats,
  exportTarget: 'none',
});

export const logPath = stringSliceField({
  name: 'log-path',
  description: 'Where log lines go: stderr, stdout or paths of files; several are written alike (default: stderr)',
  pathTo: 'file',
  exportTarget: 'none',
});

const logLevelDebugExpiresAt = stringField({
  name: 'log-level-debug-expires-at',
  description: 'When debug logging ends by itself, as an RFC 3339 time',
  exportTarget: 'ops',
  unsupported: { answer: 'accept', because: 'it is read only where ConductorOne hosts the connector' },
});

export const logFields = [logLevel, logFormat, logPath, logLevelDebugExpiresAt];
