// `npm run bench:hosted`: memory and start of the command `lambda`, started as in its image. It fails beyond its limits.
// Memory is read from /proc (Linux only).
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { create, toBinary } from '@bufbuild/protobuf';
import pino from 'pino';
import { ResourceTypesService } from '#gen/c1/connector/v2/resource_pb.js';
import { startPercipioSimulator } from '../src/simulator/percipio/percipio-simulator.ts';
import { createHostedConfig, startHostedServices } from '../test/baton/lambda/hosted-services.ts';
import { hostedConnector, ourConnector, peerConnector } from './connectors.ts';
import { GrpcConnection } from './grpc/grpc-connection.ts';
import { startServer } from './grpc/start-server.ts';
import { parseMemory } from './process/proc-files.ts';
import { median } from './statistics.ts';
import { createWorkFolder } from './work-folder.ts';

const usage = `npm run bench:hosted -- [options]
  --peer PATH   program of a Go connector to measure as well, built with the tag baton_lambda_support
`;
const { listResourceTypes } = ResourceTypesService.method;
const smallCalls = 55;
const starts = 7;
/** In MiB, as AWS Lambda counts memory. */
const afterCallsMax = 90;
const sizes = [
  { users: 2000, courses: 300, activityRows: 20_000, afterSyncMax: 160 },
  { users: 5000, courses: 2000, activityRows: 1_000_000, afterSyncMax: 256 },
];
/** The first response may take this many times as long as that of `serve`. */
const startFactorMax = 2;

const { values: options } = parseArgs({ options: { peer: { type: 'string' }, help: { type: 'boolean' } } });
const programs = [
  { name: 'ours', connector: hostedConnector() },
  ...(options.peer === undefined ? [] : [{ name: 'peer', connector: { ...peerConnector(options.peer), env: {} } }]),
];
const say = (text: string) => process.stdout.write(`${text}\n`);

if (options.help) say(usage);
else {
  await measureMemory();
  await measureStarts();
}

async function measureMemory(): Promise<void> {
  say(`peak memory in MiB after ${smallCalls} calls, and after a full sync:`);
  for (const size of sizes) {
    for (const { name, connector } of programs) {
      await using hosted = await startHosted(connector, size);
      for (let call = 0; call < smallCalls; call++) await hosted.invoker.call(listResourceTypes, {});
      const afterCalls = await hosted.peakMb();
      await hosted.sync(pino({ level: 'error' }, process.stderr));
      const afterSync = await hosted.peakMb();
      say(`  ${size.activityRows} rows, ${name}: ${afterCalls}, ${afterSync}`);
      if (name !== 'ours') continue;
      check(afterCalls, afterCallsMax, 'MiB after the calls');
      check(afterSync, size.afterSyncMax, 'MiB after the sync');
    }
  }
}

/** In turns, as the machine may have other work. */
async function measureStarts(): Promise<void> {
  const folder = createWorkFolder(join(tmpdir(), 'bench-hosted'));
  const tookMs: Record<string, number[]> = {};
  const take = (name: string, ms: number) => {
    tookMs[name] = [...(tookMs[name] ?? []), ms];
  };
  for (let start = 0; start < starts; start++) {
    for (const { name, connector } of programs) take(`lambda, ${name}`, await startLambda(connector));
    take('serve, ours', await startServe(folder));
  }
  say(`median of ${starts} starts, to the first response:`);
  for (const [name, all] of Object.entries(tookMs)) say(`  ${name}: ${Math.round(median(all))} ms`);
  const [lambda, serve] = ['lambda, ours', 'serve, ours'].map((name) => median(tookMs[name] ?? []));
  check((lambda ?? 0) / (serve ?? 0), startFactorMax, 'times the start of serve');
}

async function startLambda(connector: HostedProgram): Promise<number> {
  await using hosted = await startHosted(connector, { users: 1, courses: 1, activityRows: 0 });
  await hosted.invoker.call(listResourceTypes, {});
  return performance.now() - hosted.startedAtMs;
}

async function startServe(folder: string): Promise<number> {
  const account = { url: 'http://127.0.0.1:1', organizationId: '0b7ec9a1-58dc-4ea8-b7a3-5a2f3d1c9e44', token: 'x' };
  await using server = await startServer(ourConnector(), 'serve', account, folder);
  using connection = new GrpcConnection(server);
  const { input, parent, name } = listResourceTypes;
  const request = toBinary(input, create(input));
  await Promise.race([connection.call(`${parent.typeName}/${name}`, request), server.ended]);
  return performance.now() - server.startedAtMs;
}

type HostedProgram = (typeof programs)[number]['connector'];

async function startHosted({ words, env }: HostedProgram, size: Parameters<typeof startPercipioSimulator>[0]) {
  await using stack = new AsyncDisposableStack();
  const percipio = stack.use(await startPercipioSimulator({ ...size, reportPolls: { pending: 0, inProgress: 0 } }));
  const config = createHostedConfig(percipio);
  const services = stack.use(await startHostedServices({ config, timeoutMs: 15 * 60_000 }));
  const startedAtMs = performance.now();
  const argv = words.at(-1) === 'lambda' ? words : [...words, 'lambda'];
  const { pid } = services.start(argv, { output: 'inherit', env: { ...env, BATON_LOG_LEVEL: 'error' } });
  const started = stack.move();
  return {
    ...{ startedAtMs, invoker: services.invoker, sync: services.sync },
    peakMb: async () => {
      const memory = parseMemory(await readFile(`/proc/${pid}/status`, 'utf8'));
      return Math.round((memory?.peak ?? Number.NaN) / 1024 ** 2);
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

function check(value: number, max: number, unit: string): void {
  // NaN fails, too.
  if (value <= max) return;
  process.exitCode = 1;
  say(`  too much: ${Number(value.toFixed(1))} ${unit}, and the limit is ${max}`);
}
