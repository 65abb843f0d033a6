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
 * Prints a failure: usage errors as a list, a failure that the user can act on as one message, an unexpected one with
 * its stack.
 * @returns The exit code: 2 for usage errors, 128 plus its number for a signal, 1 otherwise.
 */
export function reportFailure(failure: unknown, report: FailureReport): number {
  const { programName, stderr, logger, redactText } = report;
  // The user sees the original error. Only callers elsewhere must not.
  const error = isUnexpected(failure) ? failure.cause : failure;
  const print = (text: string) => void stderr.write(escapeLines(redactText(`${programName}: ${text}\n`)));
  if (error instanceof AdvisedFailure) {
    const exitCode = reportFailure(error.cause, report);
    print(error.advice);
    return exitCode;
  }
  if (error instanceof UsageError) {
    print(describeFaults(error.faults, report.warnings ?? [], report.helpCommand()));
    return 2;
  }
  if (report.stopReason instanceof StopRequest) {
    print(report.stopReason.message);
    return report.stopReason.exitCode;
  }
  const expected = isExpected(error);
  if (!report.logIsOnTerminal) logger?.error({ error }, 'the command failed');
  const showsStack = error instanceof Error && (!expected || logger?.isLevelEnabled('debug'));
  print(showsStack ? describeStack(error) : expected ? messageOf(error) : describeError(error));
  return 1;
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
