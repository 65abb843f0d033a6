// Fuzzing: what an area is, and how its inputs are tried. `scripts/fuzz.ts` and `fuzz.test.ts` run the areas.

import fc from 'fast-check';
import type { Lifetime } from '../lifetime.ts';

/**
 * Tries one input.
 * @returns What came of it, as one of the area's outcomes.
 * @throws if the program did something wrong.
 */
export type Check<Input> = (input: Input) => Promise<string> | string;

interface Definition<Input> {
  readonly name: string;
  /** What the inputs are, for the list of areas. */
  readonly about: string;
  readonly inputs: fc.Arbitrary<Input>;
  /** All that may come of an input. Each must come of some input of the short run, so that no side goes untested. */
  readonly outcomes: readonly string[];
  /** The same, for what may come of so few inputs that the short run need not have one. */
  readonly rareOutcomes?: readonly string[];
  /** How many inputs the short run of `npm test` tries. */
  readonly shortRuns: number;
  /** Starts what the inputs are for. */
  start(t: Lifetime): Promise<Check<Input>> | Check<Input>;
}

export interface FuzzArea extends Omit<Definition<unknown>, 'inputs' | 'start'> {
  /** Tries inputs that depend on the seed alone. */
  fuzz(t: Lifetime, options: FuzzOptions): Promise<FuzzResult>;
}

export interface FuzzOptions {
  readonly seed: number;
  readonly runs: number;
  /** Of a failure that is to be repeated: only its input is tried. */
  readonly path?: string | undefined;
}

export interface FuzzResult {
  readonly runs: number;
  /** How many inputs had which outcome. */
  readonly tally: ReadonlyMap<string, number>;
  /** The first failure, with its input made small: text of several lines. */
  readonly failure: string | undefined;
}

/** An input that takes longer hangs. */
const hangMs = 120_000;

export function defineArea<Input>({ inputs, start, ...area }: Definition<Input>): FuzzArea {
  return {
    ...area,
    async fuzz(t, { seed, runs, path }) {
      const check = await start(t);
      const tally = new Map<string, number>();
      const property = fc.asyncProperty(inputs, async (input) => {
        const outcome = await check(input);
        const outcomes = [...area.outcomes, ...(area.rareOutcomes ?? [])];
        if (!outcomes.includes(outcome)) throw new Error(`unexpected outcome: ${outcome}`);
        tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
      });
      const details = await fc.check(property, {
        seed,
        numRuns: runs,
        timeout: hangMs,
        ...(path !== undefined && { path }),
      });
      return { runs: details.numRuns, tally, failure: details.failed ? describe(area.name, details) : undefined };
    },
  };
}

function describe<Input>(name: string, details: fc.RunDetails<[Input]>): string {
  const { seed, counterexamplePath, counterexample, errorInstance } = details;
  const [input] = counterexample ?? [];
  const error = errorInstance instanceof Error ? (errorInstance.stack ?? errorInstance.message) : String(errorInstance);
  return [
    `${name}: an input of seed ${seed} failed. To repeat it:`,
    `npm run fuzz -- --area ${name} --seed ${seed} --path ${counterexamplePath}`,
    `input: ${shorten(fc.stringify(input))}`,
    shorten(error),
  ].join('\n');
}

function shorten(text: string): string {
  return text.length > 4000 ? `${text.slice(0, 4000)}… (${text.length} characters)` : text;
}
