// Settings of the log, which every Baton connector has.
import { choiceField, stringField, stringSliceField } from '../create-field.ts';
import type { Settings } from '../field.ts';

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

/** In the Go SDK, only connectors hosted by ConductorOne read it (pkg/cli of baton-sdk v0.25.0). */
const logLevelDebugExpiresAt = stringField({
  name: 'log-level-debug-expires-at',
  description: 'Time at which the log level debug becomes info, as RFC 3339',
  exportTarget: 'ops',
  check: (text) => (Number.isNaN(parseTimeMs(text)) ? 'must be a time such as 2026-01-31T10:20:30Z' : undefined),
});

/** When the level `debug` becomes `info`, in milliseconds since 1970; infinite for never. */
export function readDebugExpiryMs(settings: Settings): number {
  const text = settings.get(logLevelDebugExpiresAt);
  return text === undefined ? Number.POSITIVE_INFINITY : parseTimeMs(text);
}

/** @returns Milliseconds since 1970; NaN for anything but RFC 3339. */
function parseTimeMs(text: string): number {
  return /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/.test(text)
    ? Date.parse(text.replace(' ', 'T').toUpperCase())
    : Number.NaN;
}

export const logFields = [logLevel, logFormat, logPath, logLevelDebugExpiresAt];
