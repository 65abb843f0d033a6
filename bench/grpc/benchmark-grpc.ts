// Measures calls to gRPC servers: ours and the peer in turns, with the same rows and the same callers.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Connector, ourConnector, peerConnector } from '../connectors.ts';
import type { BenchOptions } from '../options.ts';
import { OtherWork } from '../process/other-work.ts';
import { readTreeBytes, readTreeCpuMs } from '../process/process-tree.ts';
import type { StartedPercipio } from '../simulator/start-percipio.ts';
import type { SizeName } from '../sizes.ts';
import type { Operation } from './caller.ts';
import type { GrpcResults, MeasuredLap, ServerName } from './grpc-results.ts';
import { type StartedCaller, startCaller } from './start-caller.ts';
import { startCanned } from './start-canned.ts';
import { type ServerMode, startServer } from './start-server.ts';

interface Plan {
  readonly operation: Operation;
  readonly callers: readonly number[];
  readonly servers: readonly ServerName[];
}

const callers = [1, 8, 64];

const plans: readonly Plan[] = [
  { operation: 'course grants', callers, servers: ['ours', 'peer', 'ours serve'] },
  // Each page token comes from the previous page: a second caller would have nothing to do.
  { operation: 'all grants', callers: [1], servers: ['ours'] },
  { operation: 'users', callers, servers: ['ours', 'peer'] },
  { operation: 'canned', callers, servers: ['canned'] },
];

interface Measured {
  readonly name: ServerName;
  readonly pid: number;
  readonly caller: StartedCaller;
}

/** The servers to measure. */
export function serversOf({ peer }: BenchOptions): { name: ServerName; connector: Connector; mode: ServerMode }[] {
  return [
    { name: 'ours', connector: ourConnector(), mode: 'child' },
    ...(peer === undefined ? [] : [{ name: 'peer', connector: peerConnector(peer), mode: 'child' } as const]),
    { name: 'ours serve', connector: ourConnector(), mode: 'serve' },
  ];
}

/** @param log - Called with a line of text per measurement. */
export async function benchmarkGrpc(
  size: SizeName,
  percipio: StartedPercipio,
  options: BenchOptions,
  workFolder: string,
  log: (text: string) => void,
): Promise<GrpcResults> {
  await using stack = new AsyncDisposableStack();
  const measured: Measured[] = [];
  const prepareMs: Partial<Record<ServerName, number>> = {};
  for (const { name, connector, mode } of serversOf(options)) {
    const folder = await mkdtemp(join(workFolder, 'server-'));
    stack.defer(() => rm(folder, { recursive: true }));
    const server = stack.use(await startServer(connector, mode, percipio, folder));
    const caller = stack.use(startCaller(server));
    const startedAtMs = performance.now();
    await Promise.race([caller.prepare(), server.ended]);
    prepareMs[name] = performance.now() - startedAtMs;
    log(`gRPC ${name}: prepared in ${Math.round(prepareMs[name])} ms`);
    measured.push({ name, pid: server.pid, caller });
  }
  const sample = (await measured[0]?.caller.sample()) ?? Buffer.alloc(0);
  const canned = stack.use(await startCanned(sample));
  measured.push({ name: 'canned', pid: canned.pid, caller: stack.use(startCaller(canned)) });

  const laps: MeasuredLap[] = [];
  for (const { operation, callers, servers } of plans) {
    const taking = measured.filter(({ name }) => servers.includes(name));
    // Warm-up, not counted: a fresh server is slower.
    for (const { caller } of taking) await caller.lap(operation, 8);
    for (const count of callers) {
      for (let round = 0; round < options.rounds; round++) {
        for (const each of taking) {
          laps.push(await measureLap(each, operation, count, percipio));
          log(describeLap(laps.at(-1)));
        }
      }
    }
  }
  const memoryBytes = Object.fromEntries(measured.map(({ name, pid }) => [name, readTreeBytes(pid)]));
  return { size, laps, memoryBytes, prepareMs };
}

async function measureLap(
  { name, pid, caller }: Measured,
  operation: Operation,
  callers: number,
  percipio: StartedPercipio,
): Promise<MeasuredLap> {
  const others = new OtherWork([pid, percipio.pid, caller.pid]);
  const [serverBeforeMs, simulatorBeforeMs] = [readTreeCpuMs(pid), readTreeCpuMs(percipio.pid)];
  const lap = await caller.lap(operation, callers);
  return {
    ...lap,
    server: name,
    operation,
    serverCpuMs: readTreeCpuMs(pid) - serverBeforeMs,
    simulatorCpuMs: readTreeCpuMs(percipio.pid) - simulatorBeforeMs,
    otherWork: others.share(0),
  };
}

function describeLap(lap: MeasuredLap | undefined): string {
  if (!lap) return '';
  const { server, operation, callers, calls, items, wallMs, otherWork } = lap;
  const perSecond = (count: number) => Math.round((count / wallMs) * 1000);
  const share = `${Math.round(otherWork * 100)} % other load`;
  return `gRPC ${server}: ${operation}, ${callers} callers: ${perSecond(calls)} calls/s, ${perSecond(items)} items/s; ${share}`;
}
