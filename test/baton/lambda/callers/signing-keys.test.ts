import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { JWTVerifyGetKey } from 'jose';
import pino from 'pino';
import { SigningKeySet } from '../../../../src/baton/lambda/callers/signing-keys.ts';
import { createHttpSender } from '../../../../src/baton/net/http-sender.ts';
import { findRoute } from '../../../../src/baton/net/route.ts';

const jwk = (kid: string) => ({ ...generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }), kid });
const minuteMs = 60_000;

/** A server of keys, and the set that is fetched from it. */
async function startKeys(t: TestContext) {
  const world = {
    nowMs: 1_000_000_000,
    status: 200,
    body: JSON.stringify({ keys: [jwk('a')] }),
    maxAge: '',
    fetched: 0,
  };
  const server = createServer((_request, response) => {
    world.fetched++;
    response.writeHead(world.status, world.maxAge ? { 'cache-control': `public, max-age=${world.maxAge}` } : {});
    response.end(world.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`);
  const sender = createHttpSender(findRoute(url, {}), { connectionsMax: 1, connectTimeoutMs: 5000 });
  t.after(async () => {
    await sender.destroy();
    server.close();
  });
  const keys = new SigningKeySet({
    ...{ url, sender, userAgent: 'test', logger: pino({ level: 'silent' }), signal: new AbortController().signal },
    now: () => world.nowMs,
  });
  const find = async (kid: string) =>
    await keys.find({ alg: 'EdDSA', kid }, {} as Parameters<JWTVerifyGetKey>[1]).then(
      () => true,
      () => false,
    );
  return { world, keys, find };
}

test('keys are fetched at the start, and again after five minutes at the earliest', async (t) => {
  const { world, keys, find } = await startKeys(t);
  await keys.fetch();
  assert.ok(await find('a'));
  world.nowMs += 5 * minuteMs - 1;
  assert.ok(await find('a'));
  assert.equal(world.fetched, 1);
  world.nowMs += 1;
  assert.ok(await find('a'));
  assert.equal(world.fetched, 2);
});

test('the lifetime that the server names counts, up to twelve hours', async (t) => {
  const { world, keys, find } = await startKeys(t);
  world.maxAge = '3600';
  await keys.fetch();
  world.nowMs += 59 * minuteMs;
  await find('a');
  assert.equal(world.fetched, 1);
  world.maxAge = '999999999';
  world.nowMs += minuteMs;
  await find('a');
  assert.equal(world.fetched, 2);
  world.nowMs += 12 * 60 * minuteMs;
  await find('a');
  assert.equal(world.fetched, 3);
});

test('a key that is missing is looked for again, but not all the time', async (t) => {
  const { world, keys, find } = await startKeys(t);
  world.maxAge = '43200';
  await keys.fetch();
  world.body = JSON.stringify({ keys: [jwk('a'), jwk('b')] });
  assert.equal(await find('b'), false);
  assert.equal(world.fetched, 1);
  world.nowMs += 5 * minuteMs;
  assert.equal(await find('b'), true);
  assert.equal(world.fetched, 2);
});

test('the former keys stay valid when there is no answer', async (t) => {
  const { world, keys, find } = await startKeys(t);
  await keys.fetch();
  world.status = 500;
  world.nowMs += 6 * minuteMs;
  assert.ok(await find('a'));
  assert.ok(await find('a'));
  assert.equal(world.fetched, 2);
});

test('a start without keys fails, and says why', async (t) => {
  const { world, keys } = await startKeys(t);
  const answers: readonly (readonly [number, string, RegExp])[] = [
    [500, '', /\/keys: it answered 500$/],
    [200, 'nonsense', /it did not answer with JSON$/],
    [200, '{"keys":1}', /it did not answer with a set of JSON Web Keys$/],
    [200, `"${'x'.repeat(1024 * 1024)}"`, /the body has more than 1048576 bytes$/],
  ];
  for (const [status, body, message] of answers) {
    Object.assign(world, { status, body });
    await assert.rejects(keys.fetch(), { reason: 'no_signing_keys', message });
  }
});
