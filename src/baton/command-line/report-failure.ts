// What the user sees when a command fails.
import { ConnectError } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { type Output, StopRequest } from '../author/host.ts';
import { isUnexpected } from '../author/unexpected-error.ts';
import { UsageError } from '../author/usage-error.ts';
import { describeError, describeStack } from '../log/describe-error.ts';
import { escapeLines } from '../net/escape-controls.ts';

interface FailureReport {
  readonly programName: string;
  /** Returns the command that shows the flags and their variables. */
  helpCommand(): string;
  /** What else is suspicious about the settings, which may be why they are wrong. */
  readonly warnings?: readonly string[];
  /** Where the message goes. */
  readonly stderr: Output;
  /** Undefined before the log is open. */
  readonly logger?: Logger | undefined;
  /**
   * A log of JSON lines on stderr, which must have nothing else: the failure is one of them. Undefined: it is a text on
   * stderr. May be the same as `logger`.
   */
  readonly jsonLog?: Logger | undefined;
  /** Whether the user sees the log on the terminal, so that the failure need not be logged too. */
  readonly logIsOnTerminal: boolean;
  /** Removes secrets from a text. */
  redactText(text: string): string;
  /** Why the program must stop, if it must. */
  readonly stopReason?: unknown;
}

/** A failure of a command, and what the user can do next. */
export class AdvisedFailure extends Error {
  readonly advice: string;

  constructor(cause: unknown, advice: string) {
    super(advice, { cause });
    this.name = 'AdvisedFailure';
    this.advice = advice;
  }
}

/**
 * Reports a failure, once: usage errors as a list, a failure that the user can act on as one message, an unexpected one
 * with its stack.
 * @returns The exit code: 2 for usage errors, 128 plus its number for a signal, 1 otherwise.
 */
export function reportFailure(failure: unknown, report: FailureReport): number {
  if (report.jsonLog) return logFailure(failure, report, report.jsonLog);
  const { programName, stderr, logger, redactText } = report;
  const { error, advice } = unwrap(failure);
  const print = (text: string) => void stderr.write(escapeLines(redactText(`${programName}: ${text}\n`)));
  const exitCode = exitCodeOf(error, report);
  if (error instanceof UsageError) {
    print(describeFaults(error.faults, report.warnings ?? [], report.helpCommand()));
  } else if (report.stopReason instanceof StopRequest) {
    print(report.stopReason.message);
  } else {
    if (!report.logIsOnTerminal) logger?.error({ error }, 'the command failed');
    print(showsStack(error, logger) ? describeStack(error) : describeBriefly(error));
  }
  if (advice !== undefined) print(advice);
  return exitCode;
}

/** Reports a failure as a line of the log, to stderr and to wherever else the log goes. */
function logFailure(failure: unknown, report: FailureReport, jsonLog: Logger): number {
  const { error, advice } = unwrap(failure);
  const exitCode = exitCodeOf(error, report);
  const common = { ...(advice !== undefined && { advice }), exit_code: exitCode };
  for (const logger of new Set([jsonLog, report.logger ?? jsonLog])) {
    if (error instanceof UsageError) {
      const [first = ''] = error.faults;
      const message = error.faults.length === 1 ? first : `${error.faults.length} errors in the settings`;
      const { warnings = [] } = report;
      const lists = {
        ...(error.faults.length > 1 && { faults: error.faults }),
        ...(warnings.length > 0 && { warnings }),
      };
      logger.error({ ...lists, ...common }, message);
    } else if (report.stopReason instanceof StopRequest) {
      logger.warn(common, report.stopReason.message);
    } else {
      const stack = showsStack(error, logger) ? { error_stack: describeStack(error) } : {};
      const reason = error instanceof Error && 'reason' in error ? { reason: error.reason } : {};
      logger.error({ error: describeBriefly(error), ...reason, ...stack, ...common }, 'the command failed');
    }
  }
  return exitCode;
}

/** The original error: only callers elsewhere must not see it. */
function unwrap(failure: unknown): { readonly error: unknown; readonly advice?: string } {
  if (isUnexpected(failure)) return unwrap(failure.cause);
  return failure instanceof AdvisedFailure ? { ...unwrap(failure.cause), advice: failure.advice } : { error: failure };
}

function exitCodeOf(error: unknown, { stopReason }: FailureReport): number {
  if (error instanceof UsageError) return 2;
  return stopReason instanceof StopRequest ? stopReason.exitCode : 1;
}

function showsStack(error: unknown, logger: Logger | undefined): error is Error {
  return error instanceof Error && (!isExpected(error) || (logger?.isLevelEnabled('debug') ?? false));
}

function describeBriefly(error: unknown): string {
  return isExpected(error) ? messageOf(error) : describeError(error);
}

function describeFaults(faults: readonly string[], warnings: readonly string[], helpCommand: string): string {
  const [first] = faults;
  const list =
    faults.length === 1 ? first : `${faults.length} errors:\n${faults.map((fault) => `  ${fault}`).join('\n')}`;
  const notes = warnings.map((warning) => `\nWarning: ${warning}`).join('');
  return `${list}${notes}\nSee "${helpCommand}" for the flags and their variables.`;
}

/**
 * Whether the message alone says what to do: errors of this project have a stable `reason`, those of the operating
 * system a `syscall`.
 */
function isExpected(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return error instanceof ConnectError || ('reason' in error && typeof error.reason === 'string') || 'syscall' in error;
}

function messageOf(error: Error): string {
  return error instanceof ConnectError ? error.rawMessage : error.message;
}
