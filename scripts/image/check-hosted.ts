// The image of Dockerfile.lambda: a sync through invocations, between a simulated AWS Lambda and a simulated ConductorOne.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { createConnectorClients } from '../../src/baton/client/connector-clients.ts';
import { encryptAgeFile } from '../../src/baton/credentials/age-encryption.ts';
import { sshEd25519Recipient } from '../../src/baton/credentials/age-ssh-ed25519.ts';
import { SyncTally } from '../../src/baton/sync/sync-tally.ts';
import { syncToFile } from '../../src/baton/sync/sync-to-file.ts';
import { startHostedSimulator } from '../../src/simulator/conductorone/hosted/hosted-simulator.ts';
import { Invoker } from '../../src/simulator/lambda/invoker.ts';
import { startLambdaSimulator } from '../../src/simulator/lambda/runtime-api.ts';
import { startPercipioSimulator } from '../../src/simulator/percipio/percipio-simulator.ts';
import type { BuiltImage } from './build-image.ts';
import { Container } from './container.ts';

const certificateFolder = '/etc/ssl/simulated';
/** What Lambda gives a function by default. */
const temporaryBytes = 512 * 1024 ** 2;
const memoryMaxMb = 256;

/** @returns What was checked. */
export async function checkHosted(image: BuiltImage): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'try-image-'));
  try {
    await using percipio = await startPercipioSimulator({
      users: 2000,
      courses: 300,
      activityRows: 20_000,
      reportPolls: { pending: 0, inProgress: 0 },
    });
    await using conductorone = await startHostedSimulator({
      config: { 'api-token': percipio.token, 'organization-id': percipio.organizationId, 'base-url': percipio.url },
      encrypt: (publicKey, config) => encryptAgeFile(sshEd25519Recipient(publicKey), config),
    });
    await using lambda = await startLambdaSimulator();
    const invoker = new Invoker(lambda);
    const certificates = join(folder, 'certificates');
    await mkdir(certificates);
    await writeFile(join(certificates, 'ca.pem'), conductorone.certificate);
    await using container = await Container.start(image, {
      env: {
        ...conductorone.env,
        ...invoker.env,
        AWS_LAMBDA_RUNTIME_API: lambda.host,
        BATON_LAMBDA_CA_CERT_PATH: `${certificateFolder}/ca.pem`,
      },
      volumes: { [certificateFolder]: certificates },
      temporaryBytes,
    });
    container.finished.finally(() => lambda.lose()).catch(() => {});
    await lambda.ready();
    const { stats } = await syncToFile({
      path: join(folder, 'hosted.c1z'),
      temporaryFolder: undefined,
      keptFullSyncs: undefined,
      services: (signal) => createConnectorClients((desc) => invoker.client(desc, signal)),
      logger: pino({ level: 'silent' }),
      observer: new SyncTally(() => {}),
      signal: new AbortController().signal,
      resourceTypeIds: [],
      skipEntitlementsAndGrants: false,
      isEmpty: false,
      workers: 1,
    });
    assert.equal(stats.grants, new Set(percipio.truth.grantIds()).size);
    const memoryMb = Math.round(Number.parseInt(container.status('VmHWM'), 10) / 1024);
    assert.ok(memoryMb < memoryMaxMb, `${memoryMb} MB at its peak`);
    container.kill('SIGTERM');
    const { exitCode, stdout, stderr } = await container.finished;
    assert.equal(exitCode, 143, stderr);
    assert.equal(stdout, '');
    for (const line of stderr.split('\n').filter((text) => text !== '')) JSON.parse(line);
    return `hosted: ${stats.grants} grants through ${lambda.invocationCount()} invocations, ${memoryMb} MB at its peak`;
  } finally {
    await rm(folder, { recursive: true });
  }
}
