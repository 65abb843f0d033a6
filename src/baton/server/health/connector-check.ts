// Whether the connector can work, asked often and answered seldom: an answer holds for a while.
import { Code, ServiceError } from '../../author/service-error.ts';
import { untilAborted, withTimeLimit } from '../../net/abort.ts';
import { toCallFailure } from '../call-failure.ts';

export interface ConnectorCheckOptions {
  /** Asks the connector, and rejects with what is wrong. Its signal aborts when that takes too long. */
  validate(signal: AbortSignal): Promise<unknown>;
  /** Default: 30 seconds, as in the Go SDK (pkg/healthcheck of baton-sdk v0.25.0). */
  readonly timeoutMs?: number;
  /** How long it stays good. Default: 30 seconds: each answer costs requests to the application, and probes are many. */
  readonly goodForMs?: number;
  /** How long it stays bad. Default: 5 seconds, so that what was put right soon shows. */
  readonly badForMs?: number;
  /** Milliseconds of a clock that never goes back. Default: the process's. */
  now?(): number;
}

/** Why the connector cannot work: the failure as a caller of Validate is told it, and as the log is. */
export interface ConnectorFault {
  readonly message: string;
  readonly error: unknown;
}

export interface ConnectorCheck {
  /** Answers what was found lately, or else asks. Those who ask at the same time share one answer. */
  find(): Promise<ConnectorFault | undefined>;
  /** Ends what is under way. */
  stop(): void;
}

/** Makes a check that asks the connector no more often than its options say. */
export function createConnectorCheck(options: ConnectorCheckOptions): ConnectorCheck {
  const { timeoutMs = 30_000, goodForMs = 30_000, badForMs = 5000, now = () => performance.now() } = options;
  const stopping = new AbortController();
  let found: { readonly fault: ConnectorFault | undefined; readonly until: number } | undefined;
  let running: Promise<ConnectorFault | undefined> | undefined;

  const ask = async () => {
    const limit = { timeoutMs, signal: stopping.signal, timeoutError: () => toTimeout(timeoutMs) };
    // A connector may ignore its signal.
    const validated = withTimeLimit(limit, (signal) => untilAborted(options.validate(signal), signal));
    const fault = await validated.then(
      () => undefined,
      (error) => describeFault(error, stopping.signal),
    );
    found = { fault, until: now() + (fault ? badForMs : goodForMs) };
    running = undefined;
    return fault;
  };
  return {
    find: async () => {
      if (found && now() < found.until) {
        return found.fault;
      }
      running ??= ask();
      return running;
    },
    stop: () => stopping.abort(new ServiceError(Code.Unavailable, 'the program is stopping', { reason: 'stopping' })),
  };
}

function describeFault(error: unknown, signal: AbortSignal): ConnectorFault {
  const { answer } = toCallFailure(error, signal);
  return { message: answer.rawMessage, error };
}

function toTimeout(timeoutMs: number): ServiceError {
  const message = `the connector did not answer within ${timeoutMs / 1000} seconds`;
  return new ServiceError(Code.DeadlineExceeded, message, { reason: 'validation_timeout' });
}
