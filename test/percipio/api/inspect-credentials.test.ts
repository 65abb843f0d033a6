import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspectOrganizationId, inspectToken } from '../../../src/percipio/api/inspect-credentials.ts';

const now = new Date('2026-06-15T12:00:00Z');
const daySeconds = 86_400;

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function makeToken(payload: unknown): string {
  return `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(payload)}.c2lnbmF0dXJl`;
}

describe('inspectToken', () => {
  it('tells in how many days a token expires', () => {
    const exp = now.getTime() / 1000 + 30 * daySeconds + 5;
    const { problem, expiresAt, daysLeft } = inspectToken(makeToken({ exp, sub: 'x' }), now);
    assert.equal(problem, undefined);
    assert.equal(daysLeft, 30);
    assert.equal(expiresAt?.toISOString(), '2026-07-15T12:00:05.000Z');
  });

  it('takes a token without an expiry', () => {
    for (const payload of [{}, { exp: null }]) {
      assert.deepEqual(inspectToken(makeToken(payload), now), {
        problem: undefined,
        hint: undefined,
        hasExpired: false,
        expiresAt: undefined,
        daysLeft: undefined,
      });
    }
  });

  for (const [ago, seconds] of [
    ['today', 1],
    ['1 day ago', daySeconds],
    ['12 days ago', 12 * daySeconds + 5],
  ] as const) {
    it(`says that a token expired ${ago}`, () => {
      const { problem, hint, hasExpired, daysLeft } = inspectToken(
        makeToken({ exp: now.getTime() / 1000 - seconds }),
        now,
      );
      assert.deepEqual([problem, hasExpired], [undefined, true]);
      assert.match(hint ?? '', new RegExp(`^the API token expired ${ago} \\(2026-06-[01]\\dT.*Z\\): get a new token`));
      assert.ok((daysLeft ?? 0) < 0);
    });
  }

  it('says that a token expires at the very moment', () => {
    assert.match(inspectToken(makeToken({ exp: now.getTime() / 1000 }), now).hint ?? '', /expired today/);
  });

  for (const [name, token, hint] of [
    [
      'an opaque token',
      'a1b2c3d4e5f6',
      /is not a JWT \(three base64url parts separated by dots\): copy the complete bearer token/,
    ],
    ['two parts', 'eyJhIjoxfQ.eyJhIjoxfQ', /is not a JWT/],
    ['an empty part', 'eyJhIjoxfQ.eyJhIjoxfQ.', /is not a JWT/],
    ['another alphabet', 'eyJhIjoxfQ.eyJh+joxfQ.abc', /is not a JWT/],
    ['a part that is no JSON', 'eyJhIjoxfQ.YWJj.abc', /is unreadable/],
    ['a part that is no object', 'eyJhIjoxfQ.WzFd.abc', /is unreadable/],
    ['an expiry that is no number', makeToken({ exp: 'never' }), /is unreadable/],
    ['an expiry out of all bounds', makeToken({ exp: 1e300 }), /has an invalid expiry/],
  ] as const) {
    it(`gives a hint, not a problem, about ${name}, and quotes nothing of it`, () => {
      const inspection = inspectToken(token, now);
      assert.equal(inspection.problem, undefined);
      assert.match(inspection.hint ?? '', hint);
      assert.ok(!inspection.hint?.includes(token.slice(-10)));
    });
  }

  for (const [name, token, problem] of [
    ['nothing', ' ', /is empty/],
    ['a space in it', makeToken({}).replace('.', '. '), /contains white space/],
  ] as const) {
    it(`says that a token cannot be sent with ${name}`, () => {
      assert.match(inspectToken(token, now).problem ?? '', problem);
    });
  }
});

describe('inspectOrganizationId', () => {
  it('takes a UUID in either case', () => {
    assert.equal(inspectOrganizationId('3f5c6a1e-0000-4000-8000-00000000000a'), undefined);
    assert.equal(inspectOrganizationId(' 3F5C6A1E-0000-4000-8000-00000000000A '), undefined);
  });

  for (const id of ['', 'acme', '3f5c6a1e00004000800000000000000a', '{3f5c6a1e-0000-4000-8000-00000000000a}']) {
    it(`says what is wrong with ${JSON.stringify(id)}`, () => {
      assert.match(inspectOrganizationId(id) ?? '', /^the organization id (is empty|is not a UUID: ".*"); /);
    });
  }
});
