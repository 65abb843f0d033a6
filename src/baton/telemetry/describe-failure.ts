// How a span shows a failure: by words that never change. Messages are left to the log: they may name people.
import { ConnectError } from '@connectrpc/connect';
import { Code, codeName } from '../author/code.ts';
import { StopRequest } from '../author/host.ts';

/** Codes that end a call as its caller wanted (pkg/uotel of baton-sdk v0.25.0). */
const expectedCodes: ReadonlySet<number> = new Set([Code.Canceled, Code.DeadlineExceeded]);

/** Whether the work ended early because somebody wanted it to: no failure in a trace, as in Go. */
export function isExpected(error: unknown): boolean {
  if (error instanceof ConnectError) return expectedCodes.has(error.code);
  return error instanceof StopRequest || (error instanceof Error && error.name === 'AbortError');
}

/** The reason of a ServiceError, the code of gRPC or of the system, or the class of the error. */
export function nameFailure(error: unknown): string {
  if (error instanceof ConnectError) {
    return 'reason' in error && typeof error.reason === 'string' ? error.reason : codeName(error.code);
  }
  if (typeof error === 'string') return error;
  if (!(error instanceof Error)) return 'unknown';
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : error.name;
}
