import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostedConnector, ourConnector, peerConnector } from '../../bench/connectors.ts';
import { readDockerfile } from '../read-dockerfile.ts';

test('ours is started as the image starts it, from this checkout', () => {
  const { words, env } = ourConnector();
  assert.equal(words[0], process.execPath);
  const entrypoint = readDockerfile().at(-1)?.entrypoint ?? [];
  assert.ok(entrypoint.length > 2, 'the image gives Node flags');
  assert.deepEqual(words.slice(1, -1), entrypoint.slice(1, -1));
  assert.match(words.at(-1) ?? '', /\/dist\/main\.js$/);
  assert.doesNotMatch(words.at(-1) ?? '', /^\/app\//);
  assert.equal(env.NODE_ENV, 'production');
});

test('a hosted connector is started as its image starts it, from this checkout', () => {
  const { words, env } = hostedConnector();
  const entrypoint = readDockerfile('Dockerfile.lambda').at(-1)?.entrypoint ?? [];
  assert.deepEqual(words.slice(1, -2), entrypoint.slice(1, -2));
  assert.ok(words.includes('--max-semi-space-size=1'), 'the image gives Node flags');
  assert.deepEqual([words.at(-2), words.at(-1)], [ourConnector().words.at(-1), 'lambda']);
  assert.equal(env.MALLOC_ARENA_MAX, '1');
});

test('another version of ours differs only in its main file', () => {
  const { words } = ourConnector();
  assert.deepEqual(ourConnector('/app/main.js').words, [...words.slice(0, -1), '/app/main.js']);
});

test('no setting of who runs the benchmark reaches a connector', (t) => {
  const before = process.env;
  process.env = { ...before, BATON_LOG_LEVEL: 'debug', NODE_COMPILE_CACHE: '/somewhere' };
  t.after(() => {
    process.env = before;
  });
  for (const { env } of [ourConnector(), peerConnector('peer')]) {
    assert.equal(env.BATON_LOG_LEVEL, undefined);
    assert.equal(env.NODE_COMPILE_CACHE, undefined);
    assert.equal(env.PATH, process.env.PATH);
  }
});
