// The error that a call must end with.
import assert from 'node:assert/strict';
import { ConnectError } from '@connectrpc/connect';

export async function failureOf(call: Promise<unknown>): Promise<ConnectError> {
  const error = await call.then(
    () => assert.fail('the call did not fail'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConnectError, String(error));
  return error;
}
