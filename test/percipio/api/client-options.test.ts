import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { baseUrls, completeOptions, type PercipioClientOptions } from '../../../src/percipio/api/client-options.ts';
import { defaultRetryPolicy } from '../../../src/percipio/api/retry-policy.ts';

const complete = (options: Partial<PercipioClientOptions> = {}) =>
  completeOptions({ organizationId: 'organization', token: 'token', userAgent: 'test', env: {}, ...options });

describe('completeOptions', () => {
  it('region: chooses the host, us by default', () => {
    assert.equal(complete().baseUrl.origin, baseUrls.us);
    assert.equal(complete({ region: 'eu' }).baseUrl.href, 'https://dew1-api.percipio.com/');
  });

  it('baseUrl: wins over the region', () => {
    assert.equal(
      complete({ region: 'eu', baseUrl: 'http://127.0.0.1:8080/api//' }).baseUrl.href,
      'http://127.0.0.1:8080/api',
    );
  });

  for (const baseUrl of ['api.percipio.com', 'ftp://api.percipio.com', '', 'https://']) {
    it(`baseUrl: ${JSON.stringify(baseUrl)} is refused`, () => {
      assert.throws(() => complete({ baseUrl }), /must begin with https:\/\/ or http:\/\//);
    });
  }

  it('baseUrl: one with a password is refused and not quoted', () => {
    assert.throws(
      () => complete({ baseUrl: 'https://user:hidden@api.percipio.com' }),
      (error: Error) => !error.message.includes('hidden'),
    );
  });

  it('retry: what is not given has its default', () => {
    const { retry } = complete({ retry: { attemptsMax: 1 } });
    assert.deepEqual(retry, { ...defaultRetryPolicy, attemptsMax: 1 });
  });

  for (const name of ['requestTimeoutMs', 'maxConcurrentRequests'] as const) {
    for (const value of [0, -1, 1.5, Number.NaN]) {
      it(`${name}: ${value} is refused`, () => {
        assert.throws(() => complete({ [name]: value }), new RegExp(`^Error: ${name} must be a positive integer`));
      });
    }
  }

  it('organizationId: must not be empty', () => {
    assert.throws(() => complete({ organizationId: ' ' }), /organization id is empty/);
  });
});
