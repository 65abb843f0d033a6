// Syncs from a simulated Percipio that fails at random: `npm run chaos -- --seeds 200`.
//
// Each seed has faults of its own: up to 30 % of the requests get error statuses, broken or silent connections, cut, empty
// or wrong bodies, or their answers are lost. A sync must then write what Percipio has, with exit code 0, or fail with a
// message that says which request failed and how, and leave the old file as it was. After that, Percipio is well again, and
// the next sync must write what it has.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { FaultKind } from '../src/simulator/percipio/http/faults.ts';
import { ODD_ANSWERS, PASSING_STATUSES } from '../src/simulator/percipio/http/passing-failures.ts';
import { type PercipioSimulator, startPercipioSimulator } from '../src/simulator/percipio/percipio-simulator.ts';
import { createRandom, type Random } from '../src/simulator/percipio/random.ts';
import { createWorkFolder, runProgram, type WorkFolder } from '../test/e2e/run-program.ts';
import { createLifetime } from '../test/lifetime.ts';
import { faultsOfFile } from './compare-file.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    /** The first seed: to repeat one, with `--seeds 1`. */
    seed: { type: 'string', default: '1' },
  },
});
const [seeds, firstSeed] = [values.seeds, values.seed].map(Number) as [number, number];
if (!(seeds >= 1 && firstSeed >= 0)) throw new Error('--seeds and --seed must be numbers');

const tally = { truth: 0, error: 0, wrong: 0, faults: 0, requests: 0 };

/** The largest share of requests that fail. */
const shareMax = 0.3;

/** A sync has at least so many requests. */
const requestsMin = 8;

/** Adds faults: spread over up to 30 % of the requests, or up to six in a row, which no retry of a request survives. */
function addFaults({ faults }: PercipioSimulator, random: Random): void {
  const share = (shareMax * (1 + random.below(100))) / 100;
  const kinds = Array.from({ length: 1 + random.below(4) }, () => chooseFault(random));
  if (random.chance(0.3)) {
    faults.add({ ...chooseFault(random), skip: random.below(requestsMin), times: 1 + random.below(6) });
    return;
  }
  for (const kind of kinds) faults.add({ ...kind, rate: share / kinds.length, times: Number.POSITIVE_INFINITY });
}

function chooseFault(random: Random): FaultKind {
  switch (random.below(10)) {
    case 0:
    case 1:
      return { kind: 'status', status: random.pick(PASSING_STATUSES), headers: { 'retry-after': '0' } };
    case 2:
      return { kind: 'reset' };
    case 3:
      return { kind: 'lostAnswer' };
    case 4:
      return { kind: 'truncate', afterBytes: random.below(5000) };
    case 5:
      return { kind: 'truncate' };
    case 6:
      return random.pick(Object.values(ODD_ANSWERS));
    case 7:
      return { kind: 'delay', delayMs: random.below(50) };
    case 8:
      // No retry helps against these.
      return { kind: 'status', status: random.pick([400, 401, 403, 404, 409, 418, 451, 501]), body: { message: 'no' } };
    default:
      return random.chance(0.5) ? { kind: 'stall' } : { kind: 'stall', afterBytes: random.below(3000) };
  }
}

/** A failure names a request or what it was for, and how it failed. */
const clearMessage =
  /^baton-percipio: .*(answered|got (no|only)|could not connect|stalled|cut off|malformed|unexpected|not valid JSON)/m;

async function tryOnce(
  simulator: PercipioSimulator,
  folder: WorkFolder,
  seed: number,
): Promise<'truth' | 'error' | string[]> {
  const run = () =>
    runProgram(simulator, folder, {
      argv: ['--output=json', '--log-level=error', '--http-timeout-seconds=1', '--report-timeout=20s'],
    });
  const first = await run();
  if (first.exitCode !== 0) return [`the sync without faults failed: ${first.stderr}`];
  const expectedLeftOut = JSON.stringify(JSON.parse(first.stdout).left_out);
  const before = await readFile(folder.file);
  addFaults(simulator, createRandom(seed));
  simulator.requests.clear();
  const { exitCode, stdout, stderr } = await run();
  simulator.faults.clear();
  tally.requests += simulator.requests.all.length;
  tally.faults += simulator.requests.all.filter(({ faults }) => faults.length > 0).length;
  const wrong: string[] = [];
  if (exitCode === 0) {
    wrong.push(...(await faultsOfFile(folder.file, simulator)));
    const leftOut = JSON.stringify(JSON.parse(stdout).left_out);
    if (leftOut !== expectedLeftOut) wrong.push(`left out ${leftOut} instead of ${expectedLeftOut}`);
  } else {
    if (exitCode !== 1) wrong.push(`exit code ${exitCode}`);
    if (!before.equals(await readFile(folder.file))) wrong.push('the old file has changed');
    const message = stderr
      .split('\n')
      .filter((line) => line.startsWith('baton-percipio: '))
      .join('\n');
    if (!clearMessage.test(message) || /^ {4}at /m.test(stderr)) wrong.push(`an unclear message: ${stderr}`);
    const next = await run();
    if (next.exitCode !== 0) wrong.push(`the next sync failed: ${next.stderr}`);
    wrong.push(...(await faultsOfFile(folder.file, simulator)).map((fault) => `after the next sync: ${fault}`));
  }
  const left = [...(await folder.list()), ...(await folder.listTemporary())];
  if (left.join() !== 'sync.c1z') wrong.push(`left: ${left.join(', ')}`);
  return wrong.length > 0 ? wrong : exitCode === 0 ? 'truth' : 'error';
}

for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
  const random = createRandom(seed + 7919);
  const simulator = await startPercipioSimulator({
    seed,
    users: 1100,
    courses: 600,
    complianceCourses: random.below(20),
    activityRows: 3000,
    gzip: random.chance(0.5),
    reportPolls: { pending: random.below(3), inProgress: random.below(3) },
  });
  try {
    await using trying = createLifetime();
    const outcome = await tryOnce(simulator, await createWorkFolder(trying), seed);
    if (typeof outcome === 'string') tally[outcome] += 1;
    else {
      tally.wrong += 1;
      process.stdout.write(`npm run chaos -- --seed ${seed} --seeds 1: ${outcome.join('; ')}\n`);
    }
  } finally {
    await simulator.close();
  }
}
process.stdout.write(
  `${seeds} seeds, ${tally.faults} of ${tally.requests} requests failed: ${tally.truth} syncs wrote the truth, ${tally.error} failed with a clear error, ${tally.wrong} were wrong\n`,
);
process.exitCode = tally.wrong > 0 ? 1 : 0;
