import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code } from '../../../../src/baton/author/service-error.ts';
import { readTimeout } from '../../../../src/baton/lambda/invocations/grpc-timeout.ts';

test('a timeout is up to eight digits and a unit', () => {
  const timeouts: readonly (readonly [string | null, number])[] = [
    [null, Number.POSITIVE_INFINITY],
    ['2H', 7_200_000],
    ['3M', 180_000],
    ['20S', 20_000],
    ['150m', 150],
    ['19999993u', 19_999.993],
    ['5000000n', 5],
    ['0S', 0],
  ];
  for (const [text, ms] of timeouts) assert.equal(readTimeout(text), ms, String(text));
});

test('anything else is INTERNAL, as in Go', () => {
  for (const text of ['', 'S', '20', '20s', '-1S', '123456789S', '1.5S', '20S ']) {
    assert.throws(
      () => readTimeout(text),
      {
        code: Code.Internal,
        reason: 'malformed_timeout',
        rawMessage: `malformed grpc-timeout: ${JSON.stringify(text)}`,
      },
      JSON.stringify(text),
    );
  }
});
