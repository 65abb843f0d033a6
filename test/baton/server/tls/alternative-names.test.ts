import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAlternativeNames } from '../../../../src/baton/server/tls/alternative-names.ts';

test('each name has its type, and a quoted value may have commas', () => {
  assert.deepEqual(parseAlternativeNames('DNS:*.a.test, IP Address:::1, URI:"https://b.test/c, DNS:d.test"'), [
    { type: 'DNS', value: '*.a.test' },
    { type: 'IP Address', value: '::1' },
    { type: 'URI', value: 'https://b.test/c, DNS:d.test' },
  ]);
});

for (const [text, names] of [
  [undefined, []],
  ['', []],
  ['DNS:a.test,DNS:b.test', []],
  ['DNS:a.test, DNS:"b.test, DNS:c.test', ['a.test']],
  ['DNS:a.test, URI:"\\x", DNS:c.test', ['a.test']],
] as const) {
  test(`a malformed part ends the list: ${text}`, () => {
    assert.deepEqual(
      parseAlternativeNames(text).map(({ value }) => value),
      names,
    );
  });
}
