// Errors as text: what happened and what caused it.
import { ConnectError } from '@connectrpc/connect';

/** Deeper causes are omitted; a chain of causes may also be a circle. */
const causesMax = 8;

/** Joins the messages of an error and its causes with colons, without causes that a message already contains. */
export function describeError(error: unknown, causesLeft = causesMax): string {
  if (!(error instanceof Error)) return String(error);
  // ConnectError puts its code before its message.
  const message = (error instanceof ConnectError ? error.rawMessage : error.message) || error.name;
  if (error.cause === undefined || causesLeft === 0) return message;
  const cause = describeError(error.cause, causesLeft - 1);
  return message.includes(cause) ? message : `${message}: ${cause}`;
}

/** The stacks of an error and of its causes. */
export function describeStack(error: Error, causesLeft = causesMax): string {
  const stack = error.stack ?? describeError(error, 0);
  if (!(error.cause instanceof Error) || causesLeft === 0) return stack;
  return `${stack}\ncaused by ${describeStack(error.cause, causesLeft - 1)}`;
}
