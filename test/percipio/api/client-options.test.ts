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

  it('baseUrl: http:// on another machine would show the token to the network, and is refused unless it is allowed', () => {
    for (const host of [
      'api.percipio.com',
      '10.0.0.1',
      '[2001:db8::1]',
      '127.0.0.1.example.com',
      'localhost.example.com',
    ]) {
      const baseUrl = `http://${host}`;
      assert.throws(
        () => complete({ baseUrl }),
        new Error(
          `the Percipio base URL ${baseUrl} would send the API token unencrypted to another machine: use https://, or set --allow-plain-http for a simulator`,
        ),
      );
      assert.equal(complete({ baseUrl, allowsPlainHttp: true }).baseUrl.origin, baseUrl);
    }
    for (const host of ['127.0.0.1:80', '127.9.9.9', 'localhost', 'LOCALHOST:8080', '[::1]:8080']) {
      assert.equal(complete({ baseUrl: `http://${host}` }).baseUrl.protocol, 'http:');
    }
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
