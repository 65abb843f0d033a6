// Takes the error that a call of the client fails with.
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { PercipioError } from '../../../src/percipio/api/percipio-error.ts';
import { token } from './start-server.ts';

/** Waits for a call to fail, and checks that it does so with a PercipioError that says nothing of the token. */
export async function captureError(call: Promise<unknown>): Promise<PercipioError> {
  const error = await call.then(
    () => assert.fail('the call should have failed'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof PercipioError, `not a PercipioError: ${inspect(error)}`);
  assertNoToken(error);
  return error;
}

/** No part of the token that could be used may stand in what an error shows, at any depth. */
export function assertNoToken(error: Error): void {
  const shown = `${inspect(error, { depth: 10, showHidden: true })} ${error.stack}`;
  for (const part of token.split('.')) assert.ok(!shown.includes(part), `an error shows the token: ${shown}`);
}
