import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { Code } from '../../../../src/baton/author/service-error.ts';
import { TokenProvider } from '../../../../src/baton/conductorone/credentials/token-provider.ts';

const logger = pino({ level: 'silent' });
const { signal } = new AbortController();

test('a token endpoint that does not answer is given up', async () => {
  let requests = 0;
  const tokens = new TokenProvider({
    request: (limited) => {
      requests += 1;
      return new Promise((_, reject) => {
        limited.addEventListener('abort', () => reject(limited.reason));
      });
    },
    ...{ logger, signal, timeoutMs: 20, attemptsMax: 2, retryDelayMs: 1 },
  });
  await assert.rejects(tokens.authorization(), {
    code: Code.Unavailable,
    rawMessage: 'the token endpoint did not answer within 0.02 s',
  });
  assert.equal(requests, 2);
});

test('a token is used until ten seconds before its end, and one without an end once', async () => {
  let nowMs = 0;
  let requests = 0;
  let lifetimeMs = 60_000;
  const tokens = new TokenProvider({
    request: async () => ({ authorization: `Bearer ${++requests}`, lifetimeMs }),
    ...{ logger, signal, timeoutMs: 1000, retryDelayMs: 1 },
    now: () => nowMs,
  });
  nowMs = 49_999;
  assert.equal(await tokens.authorization(), 'Bearer 1');
  nowMs += 49_999;
  assert.equal(await tokens.authorization(), 'Bearer 1');
  nowMs += 1;
  lifetimeMs = 0;
  assert.equal(await tokens.authorization(), 'Bearer 2');
  assert.equal(await tokens.authorization(), 'Bearer 3');
});
