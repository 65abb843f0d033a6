import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createRedactor } from '../../../src/baton/net/redact.ts';

const secret = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJzeW50aGV0aWMifQ.c2lnbmF0dXJlLW9mLW5vdGhpbmc';
const { redactText, redactJson } = createRedactor([secret, 'short', 'pass<b>word %41 "q" \\n the end of it']);

/** Splits a text into its characters, with something between each two. */
const split = (text: string, by: string) => [...text].join(by);
const percent = (text: string) =>
  Array.from(Buffer.from(text), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

test('any 12 characters in a row of a secret are hidden, whatever is before and after them', () => {
  for (let start = 0; start + 12 <= secret.length; start += 1) {
    assert.equal(redactText(`(${secret.slice(start, start + 12)})`), '([redacted])');
    assert.equal(redactText(`(${secret.slice(start)}!`), '([redacted]!');
    assert.equal(redactText(secret.slice(0, start + 12).toUpperCase()), '[redacted]');
  }
});

test('11 characters are left, and so are pieces that only look like one', () => {
  const text = `${secret.slice(0, 11)} ${secret.slice(12, 23)} shor t`;
  assert.equal(redactText(text), text);
});

describe('a piece is found', () => {
  const piece = secret.slice(20, 40);
  for (const [how, text] of [
    ['across a line break', `${piece.slice(0, 9)}\r\n  ${piece.slice(9)}`],
    ['with a blank after each character', split(piece, ' ')],
    ['across a tag', `${piece.slice(0, 5)}<wbr class="a">${piece.slice(5)}`],
    ['with a tag after each character', split(piece, '<b></b>')],
    ['across an invisible character', split(piece, '\u200b')],
    ['in percent-encoding', percent(piece)],
    ['in percent-encoding of one character', `${piece.slice(0, 5)}${percent(piece.slice(5, 6))}${piece.slice(6)}`],
    ['with a line break in percent-encoding', `${piece.slice(0, 5)}%0D%0A${piece.slice(5)}`],
    ['across a line break of JSON', `${piece.slice(0, 5)}\\n${piece.slice(5)}`],
    ['in the escapes of JSON', Array.from(piece, (each) => `\\u00${each.charCodeAt(0).toString(16)}`).join('')],
  ] as const) {
    test(how, () => {
      assert.match(redactText(`a ${text} z`), /^a ?\[redacted\] ?z$/);
    });
  }

  test('in a line of JSON, which stays JSON', () => {
    const line = JSON.stringify({
      ts: 1.5,
      error: `got ${split(piece, '\n')}`,
      list: [`<b>${split(piece, '</b>')}`],
      n: 7,
    });
    const parsed = JSON.parse(redactJson(line));
    assert.match(parsed.error, /^got ?\[redacted\]$/);
    assert.deepEqual([parsed.list, parsed.ts, parsed.n], [['<b>[redacted]'], 1.5, 7]);
  });

  test('of a secret that contains markup, escapes and quotes', () => {
    for (const text of ['pass<b>word %41', '%41 "q" \\n the end of it', JSON.stringify('%41 "q" \\n the end of it')]) {
      assert.match(redactText(text), /\[redacted\]/, text);
    }
    assert.deepEqual(JSON.parse(redactJson(JSON.stringify({ msg: 'word %41 "q" \\n the end of it' }))), {
      msg: '[redacted]',
    });
  });
});

test('the public parts of a secret are not hidden: the scheme of ConductorOne, and the marks of PEM', () => {
  const pem =
    '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n-----END PRIVATE KEY-----';
  const { redactText } = createRedactor(['secret-token:conductorone.com:v1:abcdefghijklmnop', pem]);
  const text = 'it begins with secret-token:conductorone.com:v1: or -----BEGIN PRIVATE KEY-----';
  assert.equal(redactText(text), text);
  assert.equal(redactText('v1:abcdefghijkl'), 'v1:[redacted]');
  assert.equal(redactText('AQAwBQYDK2VwBCIEIJ'), '[redacted]');
});
