import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ODD_ANSWERS, passingFailures } from '../../../../src/simulator/percipio/http/passing-failures.ts';
import { call, startSimulator, USERS } from '../start-simulator.ts';

test('each passing failure hits the given number of times, then the list is returned', async (t) => {
  const simulator = await startSimulator(t, { users: 2 });
  for (const [name, failure] of passingFailures()) {
    for (const times of [1, 2]) {
      simulator.faults.add({ ...failure, times });
      for (let each = 0; each < times; each += 1) {
        const { status, text } = await call(simulator, USERS);
        assert.equal(status, Number(name) || 200, name);
        assert.doesNotMatch(text, /^\[.*\]$/, name);
      }
      assert.equal((await call(simulator, USERS)).json.length, 2, name);
    }
  }
});

test('odd answers come with their own content type, or with that of JSON', async (t) => {
  const simulator = await startSimulator(t, { users: 2 });
  const seen: Record<string, unknown> = {};
  for (const [name, answer] of Object.entries(ODD_ANSWERS)) {
    simulator.faults.add(answer);
    const { headers, text } = await call(simulator, USERS);
    seen[name] = [headers['content-type'] ?? '', text.slice(0, 20)];
  }
  const json = 'application/json; charset=utf-8';
  assert.deepEqual(seen, {
    html: ['text/html; charset=utf-8', '<html><head><title>P'],
    text: ['text/plain; charset=utf-8', 'upstream request tim'],
    message: [json, '{"message":"Service '],
    null: [json, 'null'],
    object: [json, '{}'],
    textInJson: ['application/json', 'OK'],
    empty: ['', ''],
    cutJson: [json, '[{"id": "9b1c2f34-'],
  });
});
