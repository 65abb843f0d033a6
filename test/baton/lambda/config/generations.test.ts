import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { Generations } from '../../../../src/baton/lambda/config/generations.ts';

/** What ConductorOne has, and what was built of it. */
function createWorld() {
  const world = {
    nowMs: 1_000_000,
    served: '1',
    fails: false,
    hangs: false,
    fetched: [] as string[],
    closed: [] as string[],
    warnings: [] as string[],
  };
  const logger = pino({ level: 'warn' }, { write: (line: string) => void world.warnings.push(JSON.parse(line).msg) });
  const build = async (version: string) => {
    world.fetched.push(version);
    if (world.fails) throw new Error('no config');
    const built = world.served;
    const close = async () => {
      if (world.hangs) await new Promise(() => {});
      world.closed.push(built);
    };
    return { version: built, close };
  };
  return { world, start: () => Generations.start({ build, logger, now: () => world.nowMs, closeTimeoutMs: 20 }) };
}

test('a call without a version, or with the current one, fetches nothing', async () => {
  const { world, start } = createWorld();
  const generations = await start();
  for (const version of [undefined, '', '1']) assert.equal((await generations.for(version)).version, '1');
  assert.deepEqual(world.fetched, ['']);
});

test('a call with another version gets a connector built for it, and the former one is closed', async () => {
  const { world, start } = createWorld();
  const generations = await start();
  world.served = '2';
  assert.equal((await generations.for('2')).version, '2');
  assert.deepEqual([world.fetched, world.closed], [['', '2'], ['1']]);
});

test('within a second of a change there is no other one', async () => {
  const { world, start } = createWorld();
  const generations = await start();
  world.served = '2';
  await generations.for('2');
  world.served = '3';
  world.nowMs += 999;
  assert.equal((await generations.for('3')).version, '2');
  world.nowMs += 1;
  assert.equal((await generations.for('3')).version, '3');
});

test('a version that ConductorOne does not send is asked for every five seconds, with one warning each', async () => {
  const { world, start } = createWorld();
  const generations = await start();
  world.served = '2';
  for (const _ of [1, 2, 3, 4, 5, 6]) {
    assert.equal((await generations.for('3')).version, '2');
    world.nowMs += 1000;
  }
  assert.deepEqual(world.fetched, ['', '3', '3']);
  assert.equal(world.warnings.length, 1);
});

test('a version that cannot be used is UNAVAILABLE, the former one stays, and the next call tries again', async () => {
  const { world, start } = createWorld();
  const generations = await start();
  world.fails = true;
  await assert.rejects(generations.for('2'), {
    reason: 'no_hosted_config',
    rawMessage: 'lambda-run: failed to reload connector config: no config',
  });
  assert.equal((await generations.for(undefined)).version, '1');
  world.fails = false;
  world.served = '2';
  assert.equal((await generations.for('2')).version, '2');
  assert.deepEqual(world.fetched, ['', '2', '2']);
});

test('a former connector that does not close holds up a call for a limited time', async () => {
  const { world, start } = createWorld();
  const generations = await start();
  world.hangs = true;
  world.served = '2';
  assert.equal((await generations.for('2')).version, '2');
  assert.deepEqual([world.closed, world.warnings], [[], ['cannot close the connector of the former config']]);
});

test('a start without a config fails', async () => {
  const { world, start } = createWorld();
  world.fails = true;
  await assert.rejects(start(), /no config/);
});
