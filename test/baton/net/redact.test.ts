import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRedactor } from '../../../src/baton/net/redact.ts';

test('redactText takes secrets out wherever they stand', () => {
  const { redactText } = createRedactor(['s3cret', 'pass word']);
  assert.equal(redactText('Bearer s3cret, s3cret?p=pass%20word'), 'Bearer [redacted], [redacted]?p=[redacted]');
  assert.equal(redactText('nothing to hide'), 'nothing to hide');
});

test('redactText takes the longest secret first, so that nothing of it is left', () => {
  assert.equal(createRedactor(['card', 'card-1234']).redactText('card-1234 card'), '[redacted] [redacted]');
});

test('redactText finds a secret from a file without its line end, and one in any case', () => {
  assert.equal(createRedactor(['s3cret\n']).redactText('Bearer s3cret!'), 'Bearer [redacted]!');
  assert.equal(createRedactor(['a.C+$1']).redactText('a.c+$1 abC+$1 A.C+$1'), '[redacted] abC+$1 [redacted]');
});

test('redactText finds a secret as other forms write it, and as one form within another', () => {
  const secret = 'q"\\<b>&\'Zz9 +ü';
  const json = JSON.stringify(secret).slice(1, -1);
  const { redactText } = createRedactor([secret]);
  for (const form of [
    json,
    json.replace('ü', '\\u00fc'),
    'q&quot;\\&lt;b&gt;&amp;&#39;Zz9 +ü',
    encodeURIComponent(secret),
    encodeURIComponent(secret).toLowerCase(),
    new URLSearchParams({ p: secret }).toString().slice(2),
    JSON.stringify(json).slice(1, -1),
    json
      .replaceAll('&', '&amp;')
      .replaceAll('"', '&quot;')
      .replace("'", '&#39;')
      .replace('<', '&lt;')
      .replace('>', '&gt;'),
  ]) {
    assert.equal(redactText(`(${form})`), '([redacted])', form);
  }
  assert.equal(createRedactor(['Inv\u200bisible']).redactText('Invisible, Inv\u200bisible'), '[redacted], [redacted]');
  assert.equal(createRedactor(['half\ud83d']).redactText('half\ud83d y'), '[redacted] y');
});

test('redactJson leaves JSON behind, whatever the secret looks like', () => {
  const secrets = ['1795', 'a"b\\c', 'line\nbreak', '","msg":"', 'né🔑secret', 'null', 'true', 'n1234', 'u0007'];
  const { redactJson } = createRedactor(secrets);
  for (const secret of secrets) {
    const line = JSON.stringify({ ts: 1795.25, level: 'info', [secret]: 1, list: [`in ${secret} it`], msg: secret });
    const redacted = redactJson(line);
    const parsed = JSON.parse(redacted);
    assert.equal(parsed.msg, '[redacted]', secret);
    assert.deepEqual(parsed.list, ['in [redacted] it']);
    assert.deepEqual(
      Object.values(parsed).filter((value) => JSON.stringify(value).includes(JSON.stringify(secret).slice(1, -1))),
      [],
    );
  }
  const escapes = JSON.stringify({ msg: '\n1234 \u0007' });
  assert.equal(redactJson(escapes), escapes);
});

test('redactJson hides a number that holds a secret', () => {
  assert.equal(createRedactor(['123456']).redactJson('{"id":1234567,"n":12}'), '{"id":"[redacted]","n":12}');
});

test('secrets of up to three characters are left, for they stand in ordinary words', () => {
  const { redactText, redactJson } = createRedactor(['', 'inf', ' x ']);
  assert.equal(redactText('info x'), 'info x');
  assert.equal(redactJson('{"level":"info"}'), '{"level":"info"}');
  assert.equal(createRedactor(['', 'inf'], { minLength: 1 }).redactText('info'), '[redacted]o');
});

test('a secret of any length can be hidden, such as a file that was pasted', () => {
  for (const character of [',', '"', 'é', '&', 'a']) {
    const secret = character.repeat(20_000);
    const { redactText, redactJson } = createRedactor([secret]);
    assert.equal(redactText(`(${secret})`), '([redacted])');
    assert.equal(redactText(`(${encodeURIComponent(secret)})`), '([redacted])');
    assert.equal(redactJson(JSON.stringify({ value: secret })), '{"value":"[redacted]"}');
  }
});
