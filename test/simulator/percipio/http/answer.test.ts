import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_FORMS } from '../../../../src/simulator/percipio/http/answer.ts';
import { call, startSimulator, USERS } from '../start-simulator.ts';

const UNKNOWN = `${USERS}/00000000-0000-4000-8000-000000000000`;

test('errorForm changes the bodies of errors, and not their status', async (t) => {
  const bodies: Record<string, [notFound: unknown, invalid: unknown]> = {};
  for (const errorForm of ERROR_FORMS) {
    const simulator = await startSimulator(t, { users: 0, errorForm });
    const [notFound, invalid] = [await call(simulator, UNKNOWN), await call(simulator, `${USERS}?max=0`)];
    assert.deepEqual([notFound.status, invalid.status], [404, 422]);
    bodies[errorForm] = [notFound.json, invalid.json];
  }
  const unknown = 'No user with id "00000000-0000-4000-8000-000000000000"';
  const range = 'max must be an integer from 1 to 1000, not "0"';
  assert.deepEqual(bodies, {
    message: [{ message: unknown }, { errors: [{ message: range }] }],
    code: [
      { errors: [{ code: 'NOT_FOUND', additionalInfo: unknown }] },
      { errors: [{ code: 'INVALID_FIELD_VALUE', additionalInfo: range }] },
    ],
    error: [{ error: { code: 404, message: unknown } }, { error: { code: 422, message: range } }],
    errorMessage: [{ errorMessage: unknown }, { errorMessage: range }],
    fault: [
      { fault: { faultstring: unknown, detail: { errorcode: 'steps.404' } } },
      { fault: { faultstring: range, detail: { errorcode: 'steps.422' } } },
    ],
  });
});
