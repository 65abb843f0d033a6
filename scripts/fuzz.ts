// Tries random inputs against the parts that read what comes from outside: `npm run fuzz -- --area report --runs 100000`.
//
// Each area of test/fuzz says what may come of an input. A failure is shown with its input, made small, and with the command
// that repeats it.
import { parseArgs } from 'node:util';
import { fuzzAreas } from '../test/fuzz/areas.ts';
import type { FuzzArea } from '../test/fuzz/fuzz-area.ts';
import { createLifetime } from '../test/lifetime.ts';

const { values } = parseArgs({
  options: {
    /** Default: all, one after the other. */
    area: { type: 'string' },
    /** Default: another one each time. */
    seed: { type: 'string' },
    runs: { type: 'string', default: '1000' },
    /** The input that failed. */
    path: { type: 'string' },
  },
});

const chosen = fuzzAreas.filter(({ name }) => values.area === undefined || name === values.area);
if (chosen.length === 0) {
  const known = fuzzAreas.map(({ name, about }) => `  ${name.padEnd(16)}${about}`).join('\n');
  throw new Error(`--area must be one of:\n${known}`);
}
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : readNumber('--seed', values.seed, 0);
const runs = readNumber('--runs', values.runs, 1);

function readNumber(flag: string, text: string, min: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < min)
    throw new Error(`${flag} must be an integer from ${min} on, not ${text}`);
  return number;
}

async function run(area: FuzzArea): Promise<void> {
  await using running = createLifetime();
  const startedMs = performance.now();
  const result = await area.fuzz(running, { seed, runs, path: values.path });
  const tally = Array.from(result.tally, ([outcome, count]) => `${count} ${outcome}`).join(', ');
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  process.stdout.write(`${area.name}: seed ${seed}, ${result.runs} inputs in ${seconds} s: ${tally}\n`);
  if (result.failure !== undefined) {
    process.stdout.write(`${result.failure}\n`);
    process.exitCode = 1;
  }
}

for (const area of chosen) await run(area);
