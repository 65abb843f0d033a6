import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldCase } from '../../../../src/baton/sync/external/fold-case.ts';

test('texts that differ in case alone fold alike, as for strings.EqualFold of Go', () => {
  for (const [a, b] of [
    ['Ann@Example.com', 'aNN@eXAMPLE.COM'],
    ['ΣΊΣΥΦΟΣ', 'σίσυφος'],
    ['ſtraße', 'Straße'],
    ['\u212aelvin', 'kelvin'],
    ['\u1e9e', 'ß'],
    ['\u00b5', '\u03bc'],
    ['ǅ', 'ǆ'],
    ['Ꭰ', 'ꭰ'],
    ['\u{10400}', '\u{10428}'],
    ['', ''],
  ] as const) {
    assert.equal(foldCase(a), foldCase(b), `${a} ${b}`);
  }
});

test('others do not', () => {
  for (const [a, b] of [
    ['\u0130', 'i'],
    ['\u0131', 'i'],
    ['\u0131', 'I'],
    ['straße', 'strasse'],
    ['é', 'e'],
    ['e\u0301', 'é'],
    ['a', 'b'],
  ] as const) {
    assert.notEqual(foldCase(a), foldCase(b), `${a} ${b}`);
  }
});
