import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { normalizeColumn } from '../../src/baton/bulk/row.ts';
import { parseDurationMs } from '../../src/baton/config/duration.ts';
import { parseResourceBid } from '../../src/baton/config/parse-resource-bid.ts';
import { splitCommas } from '../../src/baton/config/parse-value.ts';
import { parseSdkVersion } from '../../src/baton/harness/sdk-version.ts';
import { isExcepted } from '../../src/baton/net/no-proxy.ts';
import { createRedactor } from '../../src/baton/net/redact.ts';
import { certificateNames } from '../../src/baton/server/callers/certificate-names.ts';
import { checkListenAddress } from '../../src/baton/server/listen-address.ts';
import { completeOptions } from '../../src/percipio/api/client-options.ts';
import { describeErrorBody } from '../../src/percipio/api/describe-error-body.ts';
import { readFieldProblems } from '../../src/percipio/api/field-problems.ts';
import { parseRateLimit, parseRetryAfterMs } from '../../src/percipio/api/rate-limit.ts';
import { createTokenRedact, showUrl } from '../../src/percipio/api/redact.ts';
import { readAnsweredAt, readLinkedOffset } from '../../src/percipio/api/response-headers.ts';
import { toPlainText } from '../../src/percipio/courses/plain-text.ts';
import { parseReportTime } from '../../src/percipio/events/recent-activity.ts';
import { normalizeToken, normalizeUuids } from '../../src/percipio/normalize-settings.ts';
import { emailAddress, loginName, parseRole } from '../../src/percipio/users/user-fields.ts';

const size = 1024 * 1024;

/**
 * What makes a regular expression try again from each place: a text that begins like a match everywhere and ends without
 * one. Linear ones take milliseconds; a quadratic one takes minutes, however fast the machine is.
 */
const limitMs = 20_000;

const fill = (unit: string, end = ''): string => unit.repeat(Math.ceil(size / unit.length)).slice(0, size) + end;
const half = (first: string, second: string): string =>
  first.repeat(size / 2 / first.length) + second.repeat(size / 2 / second.length);

const redactToken = createTokenRedact('a-token-of-forty-characters-0123456789abc');
const { redactText, redactJson } = createRedactor(['hunter2-hunter2-hunter2', '        a        ']);
const plain = (text: string) => text;

/** By function: what reads a text from outside, and the texts that are the worst for it. */
const readers: readonly (readonly [string, (text: string) => unknown, readonly string[]])[] = [
  [
    'the description of an error',
    (text) => describeErrorBody(text, plain),
    ['<wbr', '<title', '<head><title', '<!--', '<script', '</script ', '<', '&a', ' ', '\u202e'].flatMap((unit) => [
      fill(unit),
      fill(`<p>${unit}`),
      fill(unit, '>'),
    ]),
  ],
  [
    'the plain text of a title',
    toPlainText,
    [
      ...[
        '<wbr',
        '<title',
        '<a ',
        '<a a="',
        '<!--',
        '<![CDATA[',
        '<script>',
        '<p>',
        '<p><li>',
        '&#1',
        '&a',
        '<',
      ].flatMap((unit) => [fill(unit), fill(unit, '>')]),
      half('<b>', '</i>'),
      half('<x>', '</y>'),
      half('<svg>', '</b>'),
      half('<table><tr><td>', '</p>'),
      fill(' ', '<p>'),
    ],
  ],
  [
    'a token in a text',
    redactToken,
    [fill('Bearer '), fill('Bearer='), fill('eyJ'), fill('eyJ-'), fill('eyJaaaaaaaa.')],
  ],
  ['a secret in a text', redactText, [fill('hunter2-'), fill('h'), fill(' ')]],
  [
    'a secret in a line of JSON',
    redactJson,
    [JSON.stringify({ message: fill('\\"') }), JSON.stringify({ message: fill('h', 'hunter2-hunter2-hunter2') })],
  ],
  ['the links of a header', (link) => readLinkedOffset({ link }, 'last'), [fill('<'), fill('<a>;'), fill('<a>;rel="')]],
  [
    'the relation of a link',
    (text) => readLinkedOffset({ link: `<a>${text}` }, 'last'),
    [fill(';rel="'), fill(' ', 'x')],
  ],
  ['a date', (date) => readAnsweredAt({ date }), [`Mon, ${fill(' GMT', 'x')}`, fill('Mon, ')]],
  [
    'a rate limit',
    (text) => [
      parseRateLimit({ 'x-ratelimit-reset': text }, 0),
      parseRetryAfterMs({ 'retry-after': text }, undefined, 0),
    ],
    [fill('1'), fill('1', 'x'), fill('1.1'), fill('a ')],
  ],
  [
    'the problem of a field',
    (info) => readFieldProblems(JSON.stringify({ errors: [{ additionalInfo: info }] })),
    [fill(' ', 'x'), `x${fill(' ', 'x')}`, fill('a->'), fill('a ', '->')],
  ],
  [
    'a URL',
    (text) => showUrl(new URL(`https://host/${text}`)),
    [fill('/'), fill('/login-name/'), `?${fill('token&')}`],
  ],
  ['a time in a report', parseReportTime, [fill(' ', 'x'), `2026-01-01${fill(' ')}`]],
  ['a role', parseRole, [fill('-'), fill(' -', 'x')]],
  ['an e-mail address', (text) => emailAddress.safeParse(text), [fill('a'), fill('a@'), fill('.')]],
  ['a login name', (text) => loginName.safeParse(text), [fill('a'), fill('a', ' b')]],
  [
    'the base URL',
    (text) => completeOptions({ baseUrl: `https://host/${text}`, organizationId: 'o', token: 't', userAgent: 'u' }),
    [fill('/', 'x'), fill('/')],
  ],
  ['the API token', normalizeToken, [fill('bearer '), fill('"', 'x'), `x${fill(' ', 'x')}`]],
  ['a list of ids', (text) => normalizeUuids([text]), [fill(','), fill('a,'), fill('[')]],
  ['a list', splitCommas, [fill('"'), fill('",'), fill('""a,'), fill(' "'), fill(' '), fill(',""'), `"${fill('a')}`]],
  ['a duration', parseDurationMs, [fill('1'), fill('1h', 'x'), fill('1.1')]],
  ['an address to listen on', (text) => checkListenAddress(`${text}:1`), [fill('a', '!'), fill('a.', '!'), fill('-')]],
  ['the names of a client', certificateNames, [`DNS:${fill('a')}`, `DNS:"${fill('\\a')}`, fill('A '), fill('DNS:, ')]],
  ['the id of a resource', parseResourceBid, [`bid:r:${fill('a')}`, `bid:r:${fill('a/')}`, `bid:r:${fill('\\:')}`]],
  [
    'a list of hosts without proxy',
    (text) => isExcepted(text, 'host', 443),
    [fill('['), fill(':'), fill(' '), fill('a:')],
  ],
  ['a column', normalizeColumn, [fill('.'), fill('a'), fill('\n')]],
  ['the version of an SDK', parseSdkVersion, [`v1.1.1-${fill('a', '!')}`, fill('1')]],
];

describe('a mebibyte of the worst text takes linear time', () => {
  for (const [name, read, texts] of readers) {
    it(`in ${name}`, () => {
      for (const text of texts) {
        const startedMs = performance.now();
        read(text);
        const tookMs = performance.now() - startedMs;
        assert.ok(tookMs < limitMs, `${JSON.stringify(text.slice(0, 40))}… took ${Math.round(tookMs)} ms`);
      }
    });
  }
});
