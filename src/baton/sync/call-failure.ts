// What a sync says when a call fails: which one, where it was, with which code, and what to do.
import { ConnectError } from '@connectrpc/connect';
import { Code, codeName } from '../author/code.ts';
import { ServiceError } from '../author/service-error.ts';
import { isUnexpected } from '../author/unexpected-error.ts';
import { describeAction } from './describe-action.ts';
import type { ActionInit } from './plan/sync-action.ts';

/** What to do about a failure whose message may not say it, by its code. */
const advice: Readonly<Partial<Record<Code, string>>> = {
  [Code.Unavailable]: 'Sync again later, or allow more time for retries (--sync-retry-timeout)',
  [Code.DeadlineExceeded]: 'Sync again later, or allow more time for retries (--sync-retry-timeout)',
  [Code.ResourceExhausted]: 'A response may be too large: the connector must return smaller pages',
  [Code.Unimplemented]: 'The connector must implement this call for every resource type that it lists',
  [Code.NotFound]: 'The connector must not list what it does not know',
  [Code.Internal]: 'Look into the log of the connector',
  [Code.Unknown]: 'Look into the log of the connector',
};

/**
 * The failure of an action's call, for people. It keeps the code, the reason and the details. Advice is added for errors of
 * a connector elsewhere: those of a connector in this process say what to do.
 */
export function describeCallFailure(error: unknown, action: ActionInit): unknown {
  // The original of an unexpected error is shown with its stack.
  if (!(error instanceof ConnectError) || isUnexpected(error)) return error;
  const reason = reasonOf(error);
  const message = `${describeAction(action)} failed with ${codeName(error.code)}: ${error.rawMessage}`;
  const next = reason === undefined ? advice[error.code as Code] : undefined;
  const described = ConnectError.from(
    new ServiceError(error.code as Code, next ? `${message.replace(/\.$/, '')}. ${next}` : message, {
      reason: reason ?? 'call_failed',
      cause: error,
    }),
  );
  described.details.push(...error.details);
  return described;
}

/** Only errors of a connector in this process have one. */
function reasonOf(error: unknown): string | undefined {
  return error instanceof ServiceError ? error.reason : undefined;
}
