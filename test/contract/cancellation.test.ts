// A call that its caller gives up stops the request to Percipio that runs for it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code } from '@connectrpc/connect';
import type { Fault } from '../../src/simulator/percipio/http/faults.ts';
import { failureOf } from '../baton/server/failure-of.ts';
import { listUsersByHand, type ServedPercipio, servePercipio } from './serve-percipio.ts';

/** A request that is not aborted stays open forever. How soon it is aborted is printed, and fails no test. */
const testTimeoutMs = 20_000;

const userId = '00000000-0000-4000-8000-000000000001';

const calls: readonly [
  name: string,
  path: RegExp,
  call: (served: ServedPercipio, signal: AbortSignal) => Promise<unknown>,
][] = [
  [
    'ListResources of users',
    /\/users$/,
    ({ resources }, signal) => resources.listResources({ resourceTypeId: 'user' }, { signal }),
  ],
  [
    'ListResources of courses',
    /catalog-content/,
    ({ resources }, signal) => resources.listResources({ resourceTypeId: 'course' }, { signal }),
  ],
  [
    'GetResource of a user',
    /\/users\/./,
    ({ getter }, signal) => getter.getResource({ resourceId: { resourceType: 'user', resource: userId } }, { signal }),
  ],
];

const stalls: readonly [what: string, fault: Fault][] = [
  ['is waited for', { kind: 'stall' }],
  ['has begun', { kind: 'stall', afterBytes: 1 }],
];

for (const [name, path, call] of calls) {
  for (const [what, fault] of stalls) {
    test(`${name}, cancelled while the answer of Percipio ${what}: the request is aborted`, {
      timeout: testTimeoutMs,
    }, async (t) => {
      const served = await servePercipio(t);
      const { simulator } = served;
      if (name === 'GetResource of a user') {
        simulator.data.users = [{ id: userId }];
      }
      simulator.faults.add({ ...fault, match: { path } });
      const cancel = new AbortController();
      const ended = failureOf(call(served, cancel.signal));
      const isBegun = what === 'has begun';
      await simulator.requests.waitFor(
        ({ faults, status }) => faults.includes('stall') && (!isBegun || status === 200),
        t.signal,
      );
      assert.deepEqual(
        simulator.requests.all.map(({ outcome }) => outcome),
        ['open'],
      );
      const cancelledMs = performance.now();
      cancel.abort();
      const { endedMs, outcome } = await simulator.requests.waitFor((record) => record.outcome !== 'open', t.signal);
      assert.equal(outcome, 'aborted');
      assert.equal((await ended).code, Code.Canceled);
      const tookMs = (endedMs ?? Number.NaN) - cancelledMs;
      t.diagnostic(`the request ended ${tookMs.toFixed(1)} ms after the call was cancelled`);
      // Nothing tries again for a caller that has gone.
      assert.equal(simulator.requests.total, 1);
    });
  }
}

test('a caller that goes away without a word is like one that cancels', { timeout: testTimeoutMs }, async (t) => {
  const { simulator, server } = await servePercipio(t);
  simulator.faults.add({ kind: 'stall', match: { path: /\/users$/ } });
  listUsersByHand(server);
  await simulator.requests.waitFor(({ faults }) => faults.includes('stall'), t.signal);
  server.http2.destroy();
  const { outcome } = await simulator.requests.waitFor((record) => record.outcome !== 'open', t.signal);
  assert.equal(outcome, 'aborted');
});
