import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRedactor } from '../../../src/baton/log/create-redactor.ts';

test('redactText takes secrets out wherever they stand', () => {
  const { redactText } = createRedactor(['s3cret', 'pass word']);
  assert.equal(redactText('Bearer s3cret, s3cret?p=pass%20word'), 'Bearer [redacted], [redacted]?p=[redacted]');
  assert.equal(redactText('nothing to hide'), 'nothing to hide');
});

test('redactText takes the longest secret first, so that nothing of it is left', () => {
  assert.equal(createRedactor(['card', 'card-1234']).redactText('card-1234 card'), '[redacted] [redacted]');
});

test('redactText finds a secret from a file without its line end', () => {
  assert.equal(createRedactor(['s3cret\n']).redactText('Bearer s3cret!'), 'Bearer [redacted]!');
});

test('redactJson leaves JSON behind, whatever the secret looks like', () => {
  const secrets = ['1795', 'a"b\\c', 'line\nbreak', '","msg":"', 'né🔑secret', 'null', 'true'];
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
});

test('redactJson hides a number that holds a secret', () => {
  assert.equal(createRedactor(['123456']).redactJson('{"id":123456,"n":12}'), '{"id":"[redacted]","n":12}');
});

test('secrets of up to three characters are left, for they stand in ordinary words', () => {
  const { redactText, redactJson } = createRedactor(['', 'inf', ' x ']);
  assert.equal(redactText('info x'), 'info x');
  assert.equal(redactJson('{"level":"info"}'), '{"level":"info"}');
});
