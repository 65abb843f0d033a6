// The log: pino, with the field names of Go connectors and without secrets.
import { appendFileSync, closeSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Logger, pino } from 'pino';
import type { Output } from '../author/host.ts';
import type { LogFormat, LogLevel } from '../config/fields/log.ts';
import { traceHeaders } from '../instruments/telemetry.ts';
import { escapeControls, escapeLines } from '../net/escape-controls.ts';
import { createRedactor, redacted } from '../net/redact.ts';
import { describeError, describeStack } from './describe-error.ts';

export interface LogOptions {
  readonly level: LogLevel;
  /** When the level `debug` becomes `info`, in milliseconds since 1970. Default: never. */
  readonly debugExpiresAtMs?: number | undefined;
  /** The clock for that. Default: the real one. */
  readonly now?: (() => number) | undefined;
  /** `json`: one object per line. `console`: for humans. */
  readonly format: LogFormat;
  /** `stderr`, `stdout` or paths of files to append to; each gets every line. Default, when empty: stderr. */
  readonly paths: readonly string[];
  /** The folder that relative paths start from. */
  readonly cwd: string;
  /** Texts that must not be written. See {@link createRedactor}. */
  readonly secrets: Iterable<string>;
  readonly stdout: Output;
  readonly stderr: Output;
}

export interface Log {
  readonly logger: Logger;
  /** Passes on each further line as JSON without secrets, whatever the format. */
  follow(listener: (line: string) => void): void;
  /** Texts that must not be written from now on either. */
  hide(secrets: Iterable<string>): void;
  /** Waits until every line is written, and closes the files. */
  close(): Promise<void>;
}

/** Keys under which credentials are likely to be logged by mistake. */
const secretKeys = [
  'authorization',
  'Authorization',
  'password',
  'secret',
  'clientSecret',
  'client_secret',
  'token',
  'apiToken',
  'api_token',
  'cookie',
];

/**
 * Creates the log. Its lines have `level` as text, `ts` in seconds since 1970 and `msg`, like those of Go connectors
 * (zap's production encoder). An error is logged as its message with those of its causes; at debug level, its stack
 * follows under its key with the suffix `_stack`. Lines are written at once, so that none is lost when the process ends.
 *
 * @throws Error when a file cannot be opened; its message names the file.
 */
export function createLogger(options: LogOptions): Log {
  const { level, debugExpiresAtMs = Number.POSITIVE_INFINITY, now = Date.now } = options;
  const sinks = openSinks(options);
  const secrets = new Set(options.secrets);
  let { redactJson } = createRedactor(secrets);
  const format = options.format === 'console' ? formatConsoleLine : escapeLines;
  const listeners: ((line: string) => void)[] = [];
  const isExpired = () => now() > debugExpiresAtMs;
  const logger = pino(
    {
      level: level === 'debug' && isExpired() ? 'info' : level,
      base: null,
      messageKey: 'msg',
      errorKey: 'error',
      timestamp: () => `,"ts":${Date.now() / 1000}`,
      formatters: {
        level: (level) => ({ level }),
        log: (fields) => describeErrors(fields, level === 'debug' && !isExpired()),
      },
      mixin: describeTrace,
      redact: {
        paths: secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
        censor: redacted,
      },
    },
    {
      write: (line: string) => {
        // Loggers derived from this one keep their own level.
        if (isDebugLine(line) && isExpired()) {
          logger.level = 'info';
          return;
        }
        const redactedLine = redactJson(line);
        const text = format(redactedLine);
        for (const sink of sinks) sink.write(text);
        for (const listener of listeners) listener(redactedLine);
      },
    },
  );
  return {
    logger,
    follow: (listener) => {
      listeners.push(listener);
    },
    hide: (further) => {
      for (const secret of further) secrets.add(secret);
      ({ redactJson } = createRedactor(secrets));
    },
    close: async () => {
      await Promise.all(sinks.map((sink) => sink.close()));
    },
  };
}

/** The level is the first field of a line. */
function isDebugLine(line: string): boolean {
  return line.startsWith('{"level":"debug"');
}

interface Sink {
  write(text: string): void;
  close(): Promise<void>;
}

function openSinks({ paths, cwd, stdout, stderr }: LogOptions): readonly Sink[] {
  const streams: Record<string, Output> = { stdout, stderr };
  const names = new Set(paths.length > 0 ? paths : ['stderr']);
  return Array.from(names, (name) => {
    const stream = streams[name];
    return stream ? streamSink(stream) : fileSink(resolve(cwd, name));
  });
}

function streamSink(stream: Output): Sink {
  return {
    write: (text) => void stream.write(text),
    close: async () => {
      // Callbacks come in order, so this one comes last. A reader that has gone away is not a failure.
      if (stream.writableLength) await new Promise<void>((settle) => void stream.write('', settle));
    },
  };
}

function fileSink(path: string): Sink {
  let descriptor: number | undefined = openSync(path, 'a', 0o600);
  return {
    write: (text) => {
      if (descriptor === undefined) return;
      try {
        appendFileSync(descriptor, text);
      } catch {
        // The work goes on: the disk that is full for the log may not be the one that the work needs.
      }
    },
    close: async () => {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

/** The running span, as Go connectors log it: the ids that Datadog knows (pkg/uotel/uotelzap of baton-sdk v0.25.0). */
function describeTrace(): Record<string, string> {
  const [, traceId = '', spanId = ''] = traceHeaders()?.traceparent.split('-') ?? [];
  return traceId === '' ? {} : { 'dd.trace_id': toDecimal(traceId.slice(16)), 'dd.span_id': toDecimal(spanId) };
}

function toDecimal(hex: string): string {
  return BigInt(`0x${hex}`).toString();
}

function describeErrors(fields: Record<string, unknown>, withStack: boolean): Record<string, unknown> {
  const described: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    described[key] = value instanceof Error ? describeError(value) : value;
    if (withStack && value instanceof Error) described[`${key}_stack`] = describeStack(value);
  }
  return described;
}

/** Formats a line of the JSON log for humans: time of day in UTC, level, message, `key=value` pairs; below it, stacks. */
export function formatConsoleLine(line: string): string {
  const { ts, level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const time = typeof ts === 'number' ? new Date(ts * 1000).toISOString().slice(11, 23) : '';
  const stacks: string[] = [];
  const pairs: string[] = [];
  for (const [key, value] of Object.entries(fields)) {
    if (key.endsWith('_stack') && typeof value === 'string') stacks.push(escapeLines(value));
    else pairs.push(`${escapeControls(key)}=${formatValue(value)}`);
  }
  const head = [
    time,
    String(level).toUpperCase().padEnd(5),
    ...(msg === undefined ? [] : [escapeControls(String(msg))]),
    ...pairs,
  ].join(' ');
  return `${[head, ...stacks].join('\n')}\n`;
}

function formatValue(value: unknown): string {
  return escapeControls(typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value));
}
