// Explains what Node's sockets, zlib and undici throw.
import { ConnectionError } from 'baton-connector-sdk/http';
import type { PercipioErrorKind } from './percipio-error.ts';

export interface Failure {
  readonly kind: Extract<PercipioErrorKind, 'network' | 'timeout' | 'body' | 'aborted'>;
  /** Continues a sentence that begins with a method and a URL. */
  readonly problem: string;
  readonly isTransient: boolean;
  readonly isUnprocessed: boolean;
}

const timeoutCodes: ReadonlySet<string> = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT']);

/**
 * Says what a thrown error means.
 * @param receivedBytes - How much of the body had arrived; undefined if not even the headers had.
 */
export function describeFailure(error: unknown, receivedBytes: number | undefined): Failure {
  if (error instanceof ConnectionError) {
    const { reason, isTransient, isTimeout } = error;
    const kind = isTimeout ? 'timeout' : 'network';
    return { kind, problem: `could not connect: ${reason}`, isTransient, isUnprocessed: true };
  }
  const code = findCode(error);
  const text = findMessage(error);
  const shown = code === undefined || text.includes(code) ? text : `${code}: ${text}`;

  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED') {
    return { kind: 'aborted', problem: 'was ended: the client is closed', isTransient: false, isUnprocessed: false };
  }
  if (receivedBytes !== undefined) {
    const kind = code !== undefined && timeoutCodes.has(code) ? 'timeout' : 'body';
    const what =
      kind === 'timeout' ? 'stalled in the middle of its response' : 'got a response that is cut off or malformed';
    const problem = `${what} after ${receivedBytes} bytes (${shown})`;
    return { kind, problem, isTransient: true, isUnprocessed: false };
  }
  if (code !== undefined && timeoutCodes.has(code)) {
    return { kind: 'timeout', problem: `got no response in time (${shown})`, isTransient: true, isUnprocessed: false };
  }
  // undici would reject an invalid argument again.
  const isTransient = code !== undefined && !code.startsWith('UND_ERR_INVALID_') && !code.startsWith('ERR_INVALID_');
  return {
    kind: 'network',
    problem: `got no response: the connection failed (${shown})`,
    isTransient,
    isUnprocessed: false,
  };
}

/** A copy of an error with only its name, code and text: undici's parser errors carry a piece of the response. */
export function copyError(error: unknown, redact: (text: string) => string): Error {
  const copy = new Error(redact(findMessage(error)));
  const code = findCode(error);
  if (error instanceof Error) copy.name = error.name;
  return code === undefined ? copy : Object.assign(copy, { code });
}

/** The code of the error or of its cause. */
function findCode(error: unknown): string | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    const code = (current as NodeJS.ErrnoException).code;
    if (typeof code === 'string') return code;
  }
  return undefined;
}

function findMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
