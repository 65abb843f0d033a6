import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveSettings } from '../../src/baton/config/resolve-settings.ts';
import { apiTokenField, limitedCoursesField, organizationIdField, percipioFields } from '../../src/percipio/config.ts';
import { uuid } from './start-connector.ts';

/** Resolves settings from the environment. */
function resolve(variables: Readonly<Record<string, string | readonly string[]>>) {
  const values = new Map(
    Object.entries(variables).map(([name, text]) => [
      name.slice('BATON_'.length).toLowerCase().replaceAll('_', '-'),
      { source: 'environment' as const, text, place: name },
    ]),
  );
  return resolveSettings(
    { flags: new Map(), environment: values, file: new Map() },
    { fields: percipioFields, constraints: [], requiredAmong: [], unsupportedIn: 'all-sources' },
  );
}

const [a, b] = [uuid(0xa), '5b1c9d52-8f0e-4c8b-9a55-0c6f5e3a7d10'];
const B = b.toUpperCase();

for (const [form, text] of [
  ['commas', `${a},${b}`],
  ['commas and blanks', ` ${a} , ${b} `],
  ['semicolons', `${a};${b};`],
  ['blanks', `${a}  ${b}`],
  ['lines', `${a}\r\n${b}\n`],
  ['commas and lines', `${a},\n${b},\n`],
  ['tabs', `${a}\t${b}`],
  ['capitals', `${a},${B}`],
  ['quotes around each', `"${a}", '${b}'`],
  ['quotes around all', `"${a},${b}"`],
  ['typographic quotes', `“${a}”,‘${b}’`],
  ['braces around each', `{${a}},{${B}}`],
  ['a JSON array', JSON.stringify([a, B])],
  ['a JSON array over lines', JSON.stringify([a, b], null, 2)],
  ['a list of the config file', [a, b]],
  ['a list of the config file whose items are lists', [`${a};`, `["${b}"]`]],
] as const) {
  test(`limited-courses takes ids with ${form}`, () => {
    const { settings, faults } = resolve({ BATON_LIMITED_COURSES: text });
    assert.deepEqual(faults, []);
    assert.deepEqual(settings.get(limitedCoursesField), [a, b]);
  });
}

for (const text of ['', ' , ;', '[]', '""']) {
  test(`limited-courses without an id is not set: ${JSON.stringify(text)}`, () => {
    const { settings, faults } = resolve({ BATON_LIMITED_COURSES: text });
    assert.deepEqual([settings.get(limitedCoursesField), faults], [[], []]);
  });
}

for (const [text, expected] of [
  ['<course-ids>', 'is a placeholder ("<course-ids>"): put the real value in its place'],
  [`${a},<another id>`, `is a placeholder ("${a},<another id>"): put the real value in its place`],
  [`${a};<id>`, `is a placeholder ("${a};<id>"): put the real value in its place`],
  [`${a},all`, `expects UUIDs (8-4-4-4-12 hexadecimal digits), not "all", got "${a},all"`],
  [`${a}0`, `expects UUIDs (8-4-4-4-12 hexadecimal digits), not "${a}0", got "${a}0"`],
  ['1 2 3 4 5', 'expects UUIDs (8-4-4-4-12 hexadecimal digits), not "1", "2", "3" and 2 more, got "1 2 3 4 5"'],
] as const) {
  test(`limited-courses is at fault before anything is sent: ${text}`, () => {
    assert.deepEqual(resolve({ BATON_LIMITED_COURSES: text }).faults, [`BATON_LIMITED_COURSES: ${expected}`]);
  });
}

for (const text of [b, B, `{${B}}`, `"${b}"`, ` ${b}\n`, `'{${b}}'`]) {
  test(`organization-id takes ${JSON.stringify(text)}`, () => {
    assert.equal(resolve({ BATON_ORGANIZATION_ID: text }).settings.get(organizationIdField), b);
  });
}

test('organization-id is at fault if it is not a UUID, and is not quoted: it may be the token', () => {
  for (const [text, expected] of [
    ['ACME', 'must be a UUID (8-4-4-4-12 hexadecimal digits), which Percipio shows next to the service account'],
    [`${b} ${b}`, 'must be a UUID (8-4-4-4-12 hexadecimal digits), which Percipio shows next to the service account'],
    ['eyJhbGciOiJSUzI1NiJ9.e30.c2ln', 'is an API token, not an organization id; are the two swapped?'],
    ['Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln\n', 'is an API token, not an organization id; are the two swapped?'],
    ['…', 'is a placeholder: put the real value in its place'],
  ] as const) {
    assert.deepEqual(resolve({ BATON_ORGANIZATION_ID: text }).faults, [`BATON_ORGANIZATION_ID: ${expected}`]);
  }
});

test('base-url is at fault if it is not a bare URL, and is not quoted: it may contain a password', () => {
  for (const [text, expected] of [
    ['api.percipio.com', 'must begin with https:// or http://, such as https://api.percipio.com'],
    ['ftp://api.percipio.com', 'must begin with https:// or http://, such as https://api.percipio.com'],
    ['https://ann:hunter2@api.percipio.com', 'must not contain a user name, a password or a query'],
    ['https://<region>.percipio.com', 'is a placeholder: put the real value in its place'],
  ] as const) {
    assert.deepEqual(resolve({ BATON_BASE_URL: text }).faults, [`BATON_BASE_URL: ${expected}`]);
  }
  assert.deepEqual(resolve({ BATON_BASE_URL: 'http://127.0.0.1:8080/api/' }).faults, []);
});

for (const text of [
  'eyJh.eyJi.c-_=',
  ' eyJh.eyJi.c-_=\n',
  '"eyJh.eyJi.c-_="',
  "'eyJh.eyJi.c-_='\r\n",
  'Bearer eyJh.eyJi.c-_=',
  'bearer  eyJh.eyJi.c-_=',
  '"Bearer eyJh.eyJi.c-_="',
  'BEARER "eyJh.eyJi.c-_="',
]) {
  test(`api-token is taken without what surrounds it: ${JSON.stringify(text)}`, () => {
    const { settings, faults } = resolve({ BATON_API_TOKEN: text });
    assert.deepEqual([settings.get(apiTokenField), faults], ['eyJh.eyJi.c-_=', []]);
  });
}

test('api-token takes a token that is not a JWT', () => {
  assert.equal(resolve({ BATON_API_TOKEN: 'sk_live:a+b/c' }).settings.get(apiTokenField), 'sk_live:a+b/c');
});

test('api-token is at fault if it is longer than a header can be, and is not quoted', () => {
  assert.equal(resolve({ BATON_API_TOKEN: 'x'.repeat(8192) }).settings.get(apiTokenField).length, 8192);
  assert.deepEqual(resolve({ BATON_API_TOKEN: 'x'.repeat(8193) }).faults, [
    'BATON_API_TOKEN: has 8193 characters, more than a server accepts (8192): copy only the token',
  ]);
});

for (const text of ['eyJh.\neyJi.c', 'eyJh eyJi', 'tökén']) {
  test(`api-token is at fault where no header can carry it, and is not quoted: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(resolve({ BATON_API_TOKEN: text }).faults, [
      'BATON_API_TOKEN: contains white space or other characters that no bearer token has: copy it again, without line breaks',
    ]);
  });
}
