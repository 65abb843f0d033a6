// The log: pino, with the field names that Go connectors have, and without secrets.
import { appendFileSync, closeSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Logger, pino } from 'pino';
import type { Output } from '../author/host.ts';
import type { LogFormat, LogLevel } from '../config/fields/log.ts';
import { createRedactor } from './create-redactor.ts';
import { describeError, describeStack } from './describe-error.ts';
import { formatConsoleLine } from './format-console-line.ts';

export interface LogOptions {
  readonly level: LogLevel;
  /** `json`: one object a line. `console`: for people. */
  readonly format: LogFormat;
  /** `stderr`, `stdout` or paths of files, which are appended to. All get every line. None: stderr. */
  readonly paths: readonly string[];
  /** What paths are relative to. */
  readonly cwd: string;
  /** Values that must not be written. See {@link createRedactor}. */
  readonly secrets: Iterable<string>;
  readonly stdout: Output;
  readonly stderr: Output;
}

export interface Log {
  readonly logger: Logger;
  /** Settles when every line is written, and closes the files. */
  close(): Promise<void>;
}

/** Names under which credentials are likely to be logged by mistake. */
const secretKeys = [
  'authorization',
  'Authorization',
  'password',
  'secret',
  'clientSecret',
  'token',
  'apiToken',
  'cookie',
];

/**
 * Makes the log. Its lines hold `level` as text, `ts` in seconds since 1970 and `msg`, as those of Go connectors do
 * (zap's production encoder). Errors become their message with its causes; at debug level their stack is put beside
 * them, under their key with `Stack` behind it. Lines are written at once, so that none is lost when the process ends.
 *
 * @throws Error when a file cannot be opened; its message names it.
 */
export function createLogger(options: LogOptions): Log {
  const sinks = openSinks(options);
  const { redactJson } = createRedactor(options.secrets);
  const format = options.format === 'console' ? formatConsoleLine : (line: string) => line;
  const withStack = options.level === 'debug';
  const logger = pino(
    {
      level: options.level,
      base: null,
      messageKey: 'msg',
      errorKey: 'error',
      timestamp: () => `,"ts":${Date.now() / 1000}`,
      formatters: {
        level: (level) => ({ level }),
        log: (fields) => describeErrors(fields, withStack),
      },
      redact: {
        paths: secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
        censor: '[redacted]',
      },
    },
    {
      write: (line: string) => {
        const text = format(redactJson(line));
        for (const sink of sinks) sink.write(text);
      },
    },
  );
  return {
    logger,
    close: async () => {
      await Promise.all(sinks.map((sink) => sink.close()));
    },
  };
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
      // A stream calls back in order, so this one comes last. A reader who went away is no failure.
      if (stream.writableLength) await new Promise<void>((settle) => void stream.write('', settle));
    },
  };
}

function fileSink(path: string): Sink {
  let descriptor: number | undefined = openSync(path, 'a');
  return {
    write: (text) => {
      if (descriptor === undefined) return;
      try {
        appendFileSync(descriptor, text);
      } catch {
        // A disk that is full for the log may not be the one that the work needs: the work goes on.
      }
    },
    close: async () => {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

function describeErrors(fields: Record<string, unknown>, withStack: boolean): Record<string, unknown> {
  const described: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    described[key] = value instanceof Error ? describeError(value) : value;
    if (withStack && value instanceof Error) described[`${key}Stack`] = describeStack(value);
  }
  return described;
}
