// `npm run bench:hosted [-- BINARY]`: peak memory and start of the command `lambda`, beside another program that is given:
// after 55 small calls, and after a full sync. Memory is read from /proc (Linux only).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { ResourceTypesService } from '#gen/c1/connector/v2/resource_pb.js';
import { startPercipioSimulator } from '../src/simulator/percipio/percipio-simulator.ts';
import { createHostedConfig, startHostedServices } from '../test/baton/lambda/hosted-services.ts';

const smallCalls = 55;
const sizes = [
  { users: 2000, courses: 300, activityRows: 20_000 },
  { users: 5000, courses: 2000, activityRows: 1_000_000 },
];
/** As in Dockerfile.lambda. */
const nodeFlags = ['--max-semi-space-size=1', '--optimize-for-size'];
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

const [peer] = process.argv.slice(2);
const programs = [[process.execPath, ...nodeFlags, main], ...(peer ? [[peer]] : [])];
process.stdout.write('rows       program           first answer  after 55 calls  after a sync\n');
for (const size of sizes) {
  for (const program of programs) await measure(program, size);
}

async function measure([file = '', ...flags]: readonly string[], size: (typeof sizes)[number]): Promise<void> {
  await using percipio = await startPercipioSimulator({ ...size, reportPolls: { pending: 0, inProgress: 0 } });
  await using services = await startHostedServices({
    config: createHostedConfig(percipio),
    timeoutMs: 15 * 60_000,
  });
  const { lambda, invoker } = services;
  const startedAt = performance.now();
  const connector = spawn(file, [...flags, 'lambda'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      ...services.env,
      BATON_LOG_LEVEL: 'error',
      MALLOC_ARENA_MAX: '1',
      NODE_COMPILE_CACHE: join(tmpdir(), 'bench-hosted-compile-cache'),
    },
  });
  const exited = once(connector, 'exit').then(() => lambda.lose());
  const peakMb = async () => {
    const status = await readFile(`/proc/${connector.pid}/status`, 'utf8');
    return `${Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024)} MB`;
  };
  try {
    const { listResourceTypes } = ResourceTypesService.method;
    await invoker.call(listResourceTypes, {});
    const firstMs = Math.round(performance.now() - startedAt);
    for (let call = 1; call < smallCalls; call++) await invoker.call(listResourceTypes, {});
    const afterCalls = await peakMb();
    await services.sync(pino({ level: 'error' }, process.stderr));
    const cells = [String(size.activityRows).padEnd(9), (flags.at(-1) ?? file).slice(-16).padEnd(16)];
    process.stdout.write(
      `${[...cells, `${firstMs} ms`.padEnd(12), afterCalls.padEnd(14), await peakMb()].join('  ')}\n`,
    );
  } finally {
    connector.kill('SIGTERM');
    await exited;
  }
}
