// `npm run demo:hosted`: the connector as ConductorOne hosts it. A simulated AWS Lambda starts it, it fetches its config
// from a simulated ConductorOne, and a sync calls it through invocations.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { createConnectorClients } from '../src/baton/client/connector-clients.ts';
import { encryptAgeFile } from '../src/baton/credentials/age-encryption.ts';
import { sshEd25519Recipient } from '../src/baton/credentials/age-ssh-ed25519.ts';
import { SyncTally } from '../src/baton/sync/sync-tally.ts';
import { syncToFile } from '../src/baton/sync/sync-to-file.ts';
import { startHostedSimulator } from '../src/simulator/conductorone/hosted/hosted-simulator.ts';
import { Invoker } from '../src/simulator/lambda/invoker.ts';
import { startLambdaSimulator } from '../src/simulator/lambda/runtime-api.ts';
import { startPercipioSimulator } from '../src/simulator/percipio/percipio-simulator.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

const say = (text: string) => process.stdout.write(`${text}\n`);

const folder = await mkdtemp(join(tmpdir(), 'demo-hosted-'));
try {
  await using percipio = await startPercipioSimulator({
    users: 500,
    courses: 200,
    activityRows: 10_000,
    // A connector that finds a report not ready polls again only a minute later.
    reportPolls: { pending: 0, inProgress: 0 },
  });
  await using conductorone = await startHostedSimulator({
    config: {
      'api-token': percipio.token,
      'organization-id': percipio.organizationId,
      'base-url': percipio.url,
    },
    encrypt: (publicKey, config) => encryptAgeFile(sshEd25519Recipient(publicKey), config),
  });
  await using lambda = await startLambdaSimulator();
  const invoker = new Invoker(lambda);
  const certificate = join(folder, 'certificate.pem');
  await writeFile(certificate, conductorone.certificate);

  say(
    `Simulated Percipio at ${percipio.url}, ConductorOne at https://${conductorone.host}, AWS Lambda at ${lambda.host}`,
  );
  say('Starting the connector. Its config comes from ConductorOne, encrypted for this process:\n');
  const connector = spawn(process.execPath, [main, 'lambda'], {
    stdio: 'inherit',
    env: {
      ...process.env,
      ...conductorone.env,
      ...invoker.env,
      AWS_LAMBDA_RUNTIME_API: lambda.host,
      BATON_LAMBDA_CA_CERT_PATH: certificate,
    },
  });
  const exited = once(connector, 'exit').then(() => lambda.lose());
  try {
    await lambda.ready();
    const { stats, syncId } = await syncToFile({
      path: join(folder, 'hosted.c1z'),
      temporaryFolder: undefined,
      keptFullSyncs: undefined,
      services: (signal) => createConnectorClients((desc) => invoker.client(desc, signal)),
      logger: pino({ level: 'warn' }, process.stderr),
      observer: new SyncTally(() => {}),
      signal: new AbortController().signal,
      resourceTypeIds: [],
      skipEntitlementsAndGrants: false,
      isEmpty: false,
      workers: 1,
    });
    const { resources, entitlements, grants } = stats;
    say(`
Synced through ${lambda.invocationCount()} invocations: sync ${syncId}
  ${resources.toLocaleString('en-US')} resources
  ${entitlements.toLocaleString('en-US')} entitlements
  ${grants.toLocaleString('en-US')} grants`);
  } finally {
    connector.kill('SIGTERM');
    await exited;
  }
} finally {
  await rm(folder, { recursive: true });
}
