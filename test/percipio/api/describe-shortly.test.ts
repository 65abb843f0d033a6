import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeShortly } from '../../../src/percipio/api/describe-shortly.ts';
import { PercipioError, type PercipioErrorFields } from '../../../src/percipio/api/percipio-error.ts';

function describe(fields: Pick<PercipioErrorFields, 'kind'> & Partial<PercipioErrorFields>): string {
  const request = { family: 'user-management', method: 'GET', url: 'https://host/users', problem: 'failed' } as const;
  return describeShortly(
    new PercipioError({ ...request, attempts: 1, isTransient: true, isUnprocessed: false, ...fields }),
  );
}

test('a failure in a few words', () => {
  assert.equal(describe({ kind: 'http', status: 503 }), 'Percipio answered 503');
  assert.equal(describe({ kind: 'http', status: 429, retryAfterMs: 3_600_000 }), 'Percipio asked to wait 60 min (429)');
  assert.equal(describe({ kind: 'http', status: 429, retryAfterMs: 0 }), 'Percipio answered 429');
  assert.equal(describe({ kind: 'http', retryAfterMs: 40_000 }), 'Percipio asked to wait 40 s');
  assert.equal(describe({ kind: 'network' }), 'Percipio cannot be reached');
  assert.equal(describe({ kind: 'timeout' }), 'Percipio did not respond in time');
});
