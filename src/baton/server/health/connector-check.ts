// Whether the connector works. Probes ask often; the connector is asked rarely, because a result is cached.
import { Code, ServiceError } from '../../author/service-error.ts';
import { untilAborted, withTimeLimit } from '../../net/abort.ts';
import { toCallFailure } from '../call-failure.ts';

export interface ConnectorCheckOptions {
  /** Calls the connector's Validate. Its signal aborts after `timeoutMs`. */
  validate(signal: AbortSignal): Promise<unknown>;
  /** Default: 30 seconds, as in the Go SDK (pkg/healthcheck of baton-sdk v0.25.0). */
  readonly timeoutMs?: number;
  /** How long to cache a success. Default: 30 seconds: each validation costs requests to the application. */
  readonly goodForMs?: number;
  /** How long to cache a failure. Default: 5 seconds, so that a recovery soon shows. */
  readonly badForMs?: number;
  /** Milliseconds of a monotonic clock. Default: the process's. */
  now?(): number;
}

/** Why the connector does not work. */
export interface ConnectorFault {
  /** As a caller of Validate sees it. */
  readonly message: string;
  /** The original error, for the log. */
  readonly error: unknown;
}

export interface ConnectorCheck {
  /** The cached result, or that of a new validation. Concurrent callers share one. */
  find(): Promise<ConnectorFault | undefined>;
  /** Aborts a running validation. */
  stop(): void;
}

/** Creates a check that validates the connector no more often than its options say. */
export function createConnectorCheck(options: ConnectorCheckOptions): ConnectorCheck {
  const { timeoutMs = 30_000, goodForMs = 30_000, badForMs = 5000, now = () => performance.now() } = options;
  const stopping = new AbortController();
  let found: { readonly fault: ConnectorFault | undefined; readonly until: number } | undefined;
  let running: Promise<ConnectorFault | undefined> | undefined;

  const validate = async () => {
    const limit = { timeoutMs, signal: stopping.signal, timeoutError: () => timeoutError(timeoutMs) };
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
      running ??= validate();
      return running;
    },
    stop: () => stopping.abort(new ServiceError(Code.Unavailable, 'the program is stopping', { reason: 'stopping' })),
  };
}

function describeFault(error: unknown, signal: AbortSignal): ConnectorFault {
  const { answer } = toCallFailure(error, signal);
  return { message: answer.rawMessage, error };
}

function timeoutError(timeoutMs: number): ServiceError {
  const message = `the connector did not respond within ${timeoutMs / 1000} s`;
  return new ServiceError(Code.DeadlineExceeded, message, { reason: 'validation_timeout' });
}
