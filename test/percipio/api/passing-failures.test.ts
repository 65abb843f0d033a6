import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import type { PercipioClient } from '../../../src/percipio/api/percipio-client.ts';
import { passingFailures } from '../../../src/simulator/percipio/http/passing-failures.ts';
import type { PercipioSimulator } from '../../../src/simulator/percipio/percipio-simulator.ts';
import { startSimulator } from '../../simulator/percipio/start-simulator.ts';
import { captureError } from './capture-error.ts';
import { createTestClient, never } from './start-server.ts';

const reads: readonly (readonly [
  name: string,
  read: (client: PercipioClient, simulator: PercipioSimulator) => Promise<unknown>,
])[] = [
  ['the list of users', async (client) => (await client.users.list({ max: 10, offset: 0 }, never)).items],
  ['one user', async (client, { data }) => (await client.users.get(data.users[0]?.id ?? '', never)).value],
  ['the catalog', async (client) => (await client.content.listCatalog({ max: 10 }, never)).items],
  ['the names of attributes', (client) => client.customAttributes.listNames(never)],
  [
    'the request for a report',
    async (client) => {
      const { value } = await client.reports.requestLearningActivity(
        { timeFrame: 'DAY', contentType: 'Course' },
        never,
      );
      return value.status;
    },
  ],
];

describe('passing failures', () => {
  for (const [name, read] of reads) {
    it(`do not end ${name}, and are bounded`, async (t) => {
      const simulator = await startSimulator(t, { users: 2, courses: 2 });
      const lines: string[] = [];
      const logger = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
      const client = createTestClient(t, simulator.url, {
        organizationId: simulator.organizationId,
        token: simulator.token,
        logger,
      });
      const sound = await read(client, simulator);
      for (const [failure, fault] of passingFailures()) {
        simulator.requests.clear();
        lines.length = 0;
        simulator.faults.add({ ...fault, times: 3 });
        assert.deepEqual(await read(client, simulator), sound, failure);
        assert.equal(simulator.requests.all.length, 4, failure);
        assert.match(lines[0] ?? '', new RegExp(`answered ${Number(failure) || 200}.*; retrying`), failure);

        simulator.faults.add({ ...fault, times: 4 });
        const error = await captureError(read(client, simulator));
        assert.deepEqual([error.attempts, error.isTransient], [4, true], failure);
      }
    });
  }

  it('do not make a write be sent twice', async (t) => {
    const simulator = await startSimulator(t, { users: 2 });
    const client = createTestClient(t, simulator.url, {
      organizationId: simulator.organizationId,
      token: simulator.token,
    });
    const id = simulator.data.users[0]?.id ?? '';
    for (const [failure, fault] of passingFailures()) {
      if (!(Number(failure) > 0) || failure === '429') continue;
      simulator.requests.clear();
      simulator.faults.add({ ...fault, times: 1 });
      await captureError(client.users.update(id, { firstName: 'Ada' }, never));
      assert.equal(simulator.requests.all.length, 1, failure);
    }
  });
});
