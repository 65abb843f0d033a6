// Service mode in the container, as deploy/kubernetes/ runs it: a sync of a large organization for a simulated
// ConductorOne, then the signal that stops a pod.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sizes } from '../../bench/sizes.ts';
import {
  type ConductorOneSimulator,
  startConductorOneSimulator,
} from '../../src/simulator/conductorone/conductorone-simulator.ts';
import { createConnectorEnv } from '../../src/simulator/conductorone/connector-env.ts';
import { type PercipioSimulator, startPercipioSimulator } from '../../src/simulator/percipio/percipio-simulator.ts';
import type { BuiltImage } from './build-image.ts';
import { Container } from './container.ts';
import { manifest } from './manifest.ts';

const megabyte = 1024 ** 2;
const syncFull = { case: 'syncFull', value: {} } as const;
/** Where the container finds the certificate of the simulated ConductorOne. */
const certificateFolder = '/etc/ssl/simulated';

interface Running {
  readonly conductorone: ConductorOneSimulator;
  readonly percipio: PercipioSimulator;
  readonly container: Container;
}

/** @param say - Takes one line for each thing that was checked. */
export async function checkService(image: BuiltImage, say: (text: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'try-image-'));
  try {
    const { users, items, rows } = sizes.M;
    await using percipio = await startPercipioSimulator({
      users,
      courses: items,
      activityRows: rows,
      gzip: false,
      reportPolls: { pending: 0, inProgress: 0 },
      requestsMax: 1000,
    });
    await using conductorone = await startConductorOneSimulator({ uploadFolder: join(folder, 'uploads') });
    const certificates = join(folder, 'certificates');
    await mkdir(certificates);
    const { SSL_CERT_FILE: certificate = '', ...credentials } = await createConnectorEnv(conductorone, certificates);
    const port = String(await findFreePort());
    await using container = await Container.start(image, {
      env: {
        ...manifest.env,
        ...credentials,
        SSL_CERT_FILE: certificate.replace(certificates, certificateFolder),
        BATON_HEALTH_CHECK_PORT: port,
        BATON_BASE_URL: percipio.url,
        BATON_ORGANIZATION_ID: percipio.organizationId,
        BATON_API_TOKEN: percipio.token,
      },
      volumes: { [certificateFolder]: certificates },
      temporaryBytes: manifest.temporaryBytes,
    });
    await Promise.race([untilReady(`http://127.0.0.1:${port}${manifest.readyPath}`), endOf(container)]);
    await checkConfinement(container);
    say('not root, without privileges, on a read-only root');

    const [, ...check] = image.config.Healthcheck.Test;
    const healthy = await container.execute(check);
    assert.equal(healthy.exitCode, 0, healthy.stderr);
    const elsewhere = await container.execute(check, { BATON_HEALTH_CHECK_PORT: String(await findFreePort()) });
    assert.notEqual(elsewhere.exitCode, 0, 'the health check fails where nobody answers');
    say('registered with the simulated ConductorOne; the health check of the image passes');

    await sync(conductorone, container);
    const peakBytes = Number.parseInt(container.status('VmHWM'), 10) * 1024;
    const [peak, limit] = [peakBytes, manifest.memoryBytes].map((bytes) => Math.round(bytes / megabyte));
    assert.ok(peakBytes > 0 && peakBytes < manifest.memoryBytes, `${peak} MiB of memory, and the limit is ${limit}`);
    say(`a sync of ${users} users and ${rows} activity rows took ${peak} MiB of memory; the limit is ${limit} MiB`);

    await stop({ conductorone, percipio, container });
    say('SIGTERM as process 1, during a sync: the task is given back, and the program ends with 0');
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function checkConfinement(container: Container): Promise<void> {
  assert.equal(container.status('NSpid').split(/\s+/).at(-1), '1');
  for (const name of ['Uid', 'Gid']) {
    assert.deepEqual(new Set(container.status(name).split(/\s+/)), new Set([String(manifest.uid)]), name);
  }
  for (const name of ['CapPrm', 'CapEff', 'CapBnd']) assert.equal(Number(`0x${container.status(name)}`), 0, name);
  assert.equal(container.status('NoNewPrivs'), '1');
  // Also where the user would be allowed to write.
  const write = await container.execute(['touch', '/data/file']);
  assert.match(write.stderr, /Read-only file system/);
}

async function untilReady(url: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (
    !(await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    assert.ok(Date.now() < deadline, `${url} was not ready within a minute`);
    await sleep(100);
  }
}

async function sync({ tasks, uploads }: ConductorOneSimulator, container: Container): Promise<void> {
  const id = tasks.add(syncFull);
  const { finalState, status } = await Promise.race([tasks.finished(id), endOf(container)]);
  assert.equal(finalState.case, 'success', status?.message);
  assert.equal(uploads.of(id).length, 1);
}

async function stop({ conductorone, percipio, container }: Running): Promise<void> {
  percipio.requests.clear();
  const id = conductorone.tasks.add(syncFull);
  await Promise.race([percipio.requests.waitFor(({ method }) => method === 'POST'), endOf(container)]);
  container.kill('SIGTERM');
  const { exitCode, stderr } = await container.finished;
  assert.equal(exitCode, 0, stderr);
  const { finalState } = await conductorone.tasks.finished(id);
  assert.equal(finalState.case, 'error');
}

async function endOf(container: Container): Promise<never> {
  const { exitCode, stderr } = await container.finished;
  throw new Error(`the program ended with ${exitCode}: ${stderr}`);
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
