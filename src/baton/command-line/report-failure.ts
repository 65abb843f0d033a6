// What a person sees when a command fails.
import { ConnectError } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { type Output, StopRequest } from '../author/host.ts';
import { UsageError } from '../author/usage-error.ts';
import { describeError, describeStack } from '../log/describe-error.ts';

interface FailureReport {
  readonly programName: string;
  /** Where people look. */
  readonly stderr: Output;
  /** Absent as long as there is no log. */
  readonly logger?: Logger | undefined;
  /** Whether the log is what people at a terminal see anyway, so that a failure need not be told there too. */
  readonly logIsForPeople: boolean;
  /** Takes secrets out of a text. */
  redactText(text: string): string;
  /** Why the program is to stop, if it is. */
  readonly stopReason?: unknown;
}

/**
 * Tells of a failure: faults of usage as a list, failures that a person can act on as one message, and what nobody
 * foresaw with its stack.
 * @returns The exit code: 2 for faults of usage, 128 and its number for a signal, 1 for all else.
 */
export function reportFailure(error: unknown, report: FailureReport): number {
  const { programName, stderr, logger, redactText } = report;
  const say = (text: string) => void stderr.write(redactText(`${programName}: ${text}\n`));
  if (error instanceof UsageError) {
    say(describeFaults(error.faults, programName));
    return 2;
  }
  if (report.stopReason instanceof StopRequest) {
    say(report.stopReason.message);
    return report.stopReason.exitCode;
  }
  const foreseen = isForeseen(error);
  if (!report.logIsForPeople) logger?.error({ error }, 'the command failed');
  const showsStack = error instanceof Error && (!foreseen || logger?.isLevelEnabled('debug'));
  say(showsStack ? describeStack(error) : foreseen ? messageOf(error) : describeError(error));
  return 1;
}

function describeFaults(faults: readonly string[], programName: string): string {
  const [first] = faults;
  const told =
    faults.length === 1 ? first : `${faults.length} faults:\n${faults.map((fault) => `  ${fault}`).join('\n')}`;
  return `${told}\nSee "${programName} --help" for all flags and their variables.`;
}

/**
 * Whether the message alone says what to do: errors of this project carry a stable `reason`, those of the operating
 * system a `syscall`.
 */
function isForeseen(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return error instanceof ConnectError || ('reason' in error && typeof error.reason === 'string') || 'syscall' in error;
}

function messageOf(error: Error): string {
  return error instanceof ConnectError ? error.rawMessage : error.message;
}
