// `npm run demo:service`: service mode end to end. A simulated ConductorOne hands out a sync, the connector syncs a
// simulated Percipio and uploads the file, and the script counts its contents.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readC1z } from '../src/baton/c1z/c1z-reader.ts';
import { startConductorOneSimulator } from '../src/simulator/conductorone/conductorone-simulator.ts';
import { createConnectorEnv } from '../src/simulator/conductorone/connector-env.ts';
import { startPercipioSimulator } from '../src/simulator/percipio/percipio-simulator.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const timeLimitMs = 120_000;

const say = (text: string) => process.stdout.write(`${text}\n`);

const folder = await mkdtemp(join(tmpdir(), 'demo-service-'));
try {
  await using percipio = await startPercipioSimulator({
    users: 500,
    courses: 200,
    activityRows: 10_000,
    // A connector that finds a report not ready polls again only a minute later.
    reportPolls: { pending: 0, inProgress: 0 },
  });
  await using conductorone = await startConductorOneSimulator({ uploadFolder: join(folder, 'uploads') });
  say(`Simulated Percipio listening at ${percipio.url}, simulated ConductorOne at https://${conductorone.host}`);

  const taskId = conductorone.tasks.add({ case: 'syncFull', value: {} });
  say(`ConductorOne has queued a task: sync_full ${taskId}. Starting the connector:\n`);
  const connector = spawn(process.execPath, [main, '--log-format=console'], {
    stdio: 'inherit',
    env: {
      ...process.env,
      ...(await createConnectorEnv(conductorone, folder)),
      BATON_BASE_URL: percipio.url,
      BATON_ORGANIZATION_ID: percipio.organizationId,
      BATON_API_TOKEN: percipio.token,
    },
  });
  const exited = once(connector, 'exit');
  const tooLate = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('timed out waiting for the task')), timeLimitMs).unref();
  });
  const endedEarly = exited.then(() => Promise.reject(new Error('the connector exited before finishing its task')));
  try {
    const report = await Promise.race([conductorone.tasks.finished(taskId), tooLate, endedEarly]);
    if (report.finalState.case !== 'success') throw new Error(`the task failed: ${report.status?.message}`);
  } finally {
    endedEarly.catch(() => {});
    connector.kill('SIGTERM');
    await exited;
  }

  const [upload] = conductorone.uploads.of(taskId);
  if (!upload) throw new Error('nothing was uploaded');
  await using file = await readC1z(upload.path);
  const run = file.runs().at(-1);
  const records = file.records(run?.syncId);
  const count = (items: Iterable<unknown>) => Array.from(items).length.toLocaleString('en-US');
  say(`
ConductorOne received ${upload.bytes.toLocaleString('en-US')} bytes in ${upload.chunks.length} message(s), checksum verified: sync ${run?.syncId} (${run?.type})
  ${count(records.allResources())} resources
  ${count(records.allEntitlements())} entitlements
  ${count(records.allGrants())} grants`);
} finally {
  await rm(folder, { recursive: true });
}
