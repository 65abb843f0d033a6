// Ids are a promise: ConductorOne keeps configuration under them. What makes this test fail would re-create everything in
// every tenant, so the golden file is never changed to make it pass.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import ids from '../golden/ids.json' with { type: 'json' };
import organization from '../golden/organization.json' with { type: 'json' };
import { READY_AT_ONCE, startSimulator } from '../simulator/percipio/start-simulator.ts';
import { createWorkFolder, readIds, runForSummary } from './run-program.ts';

test('the ids of the golden organization are what they always were', async (t) => {
  const simulator = await startSimulator(t, { users: 0, courses: 0, activityRows: 0, ...READY_AT_ONCE });
  simulator.data.users = organization.users;
  simulator.data.courses = organization.courses;
  simulator.setReport('next', JSON.stringify(organization.rows));
  const folder = await createWorkFolder(t);
  await runForSummary(simulator, folder);
  assert.deepEqual(await readIds(folder.file), ids);
});
