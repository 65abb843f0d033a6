// The image of Dockerfile.lambda: a sync through invocations, between a simulated AWS Lambda and a simulated ConductorOne.
import assert from 'node:assert/strict';
import { basename, dirname } from 'node:path';
import pino from 'pino';
import { startPercipioSimulator } from '../../src/simulator/percipio/percipio-simulator.ts';
import { createHostedConfig, startHostedServices } from '../../test/baton/lambda/hosted-services.ts';
import type { BuiltImage } from './build-image.ts';
import { Container } from './container.ts';

const certificateFolder = '/etc/ssl/simulated';
/** What Lambda gives a function by default. */
const temporaryBytes = 512 * 1024 ** 2;
/** `npm run bench:hosted` holds it to 160. This has room for a busy machine, which collects garbage later. */
const memoryMaxMb = 200;

/** @returns What was checked. */
export async function checkHosted(image: BuiltImage): Promise<string> {
  await using percipio = await startPercipioSimulator({
    users: 2000,
    courses: 300,
    activityRows: 20_000,
    reportPolls: { pending: 0, inProgress: 0 },
  });
  await using services = await startHostedServices({ config: createHostedConfig(percipio) });
  const { lambda, env } = services;
  const certificatePath = env.BATON_LAMBDA_CA_CERT_PATH;
  await using container = await Container.start(image, {
    env: { ...env, BATON_LAMBDA_CA_CERT_PATH: `${certificateFolder}/${basename(certificatePath)}` },
    volumes: { [certificateFolder]: dirname(certificatePath) },
    temporaryBytes,
  });
  container.finished.finally(() => lambda.lose()).catch(() => {});
  await lambda.ready();
  const { stats } = await services.sync(pino({ level: 'silent' }));
  assert.equal(stats.grants, new Set(percipio.truth.grantIds()).size);
  const memoryMb = Math.round(Number.parseInt(container.status('VmHWM'), 10) / 1024);
  assert.ok(memoryMb < memoryMaxMb, `${memoryMb} MB at its peak`);
  container.kill('SIGTERM');
  const { exitCode, stdout, stderr } = await container.finished;
  assert.equal(exitCode, 143, stderr);
  assert.equal(stdout, '');
  for (const line of stderr.split('\n').filter((text) => text !== '')) JSON.parse(line);
  return `hosted: ${stats.grants} grants through ${lambda.invocationCount()} invocations, ${memoryMb} MB at its peak`;
}
