// The command line of the benchmark.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type SizeName, sizeNames } from './sizes.ts';

export const parts = ['sync', 'start', 'grpc'] as const;
export type Part = (typeof parts)[number];

export const engines = ['sqlite', 'pebble'] as const;
/** How a peer stores what it syncs: its `--storage-engine`. */
export type Engine = (typeof engines)[number];

export interface BenchOptions {
  readonly sizes: readonly SizeName[];
  readonly parts: readonly Part[];
  /** The program of a Go connector to measure side by side. */
  readonly peer: string | undefined;
  readonly peerSizes: readonly SizeName[];
  readonly peerEngines: readonly Engine[];
  /** Syncs of each size; of L there is one, and of the peer one of each engine. */
  readonly runs: number;
  /** How often each gRPC measurement is made, the servers taking turns. */
  readonly rounds: number;
  /** Where the prepared reports are kept, and temporary files lie. */
  readonly cacheFolder: string;
  readonly resultsFile: string;
  readonly builds: boolean;
}

export const usage = `npm run bench -- [options]
  --sizes S,M            organizations: S, M, L (L needs 35 GB of disk and some minutes)
  --only sync,start,grpc what is measured (default: all)
  --peer PATH            the program of a Go connector, measured side by side
  --peer-sizes S,M       sizes that the peer syncs
  --peer-engines sqlite,pebble
  --runs 3               syncs of S and of M
  --rounds 3             of each gRPC measurement
  --cache FOLDER         where prepared reports are kept (default: node_modules/.cache/bench)
  --results FILE         (default: bench/RESULTS.md)
  --no-build             takes dist/ as it is
`;

/** @throws Error saying which option is at fault. */
export function parseOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    allowNegative: true,
    options: {
      sizes: { type: 'string', default: 'S,M' },
      only: { type: 'string', default: parts.join() },
      peer: { type: 'string' },
      'peer-sizes': { type: 'string', default: 'S,M' },
      'peer-engines': { type: 'string', default: engines.join() },
      runs: { type: 'string', default: '3' },
      rounds: { type: 'string', default: '3' },
      cache: { type: 'string', default: inProject('node_modules/.cache/bench') },
      results: { type: 'string', default: inProject('bench/RESULTS.md') },
      build: { type: 'boolean', default: true },
    },
  });
  return {
    sizes: readList('sizes', values.sizes, sizeNames),
    parts: readList('only', values.only, parts),
    peer: values.peer,
    peerSizes: readList('peer-sizes', values['peer-sizes'], sizeNames),
    peerEngines: readList('peer-engines', values['peer-engines'], engines),
    runs: readCount('runs', values.runs),
    rounds: readCount('rounds', values.rounds),
    cacheFolder: values.cache,
    resultsFile: values.results,
    builds: values.build,
  };
}

/**
 * The command as the results show it: paths say nothing to others.
 * @param argv - What was given behind `npm run bench --`.
 */
export function describeCommand(argv: readonly string[]): string {
  const pathOptions = ['--peer', '--cache', '--results'];
  const words = argv.map((word, index) => {
    const [name = '', value] = word.split('=', 2);
    if (value !== undefined && pathOptions.includes(name)) return `${name}=PATH`;
    return pathOptions.includes(argv[index - 1] ?? '') ? 'PATH' : word;
  });
  return ['npm run bench', ...(words.length > 0 ? ['--', ...words] : [])].join(' ');
}

/** In the order of what is known. */
function readList<Value extends string>(name: string, text: string, known: readonly Value[]): Value[] {
  const words = text.split(',').filter((word) => word !== '');
  const stranger = words.find((word) => !(known as readonly string[]).includes(word));
  if (stranger !== undefined) {
    throw new Error(`--${name} knows ${known.join(', ')}, and not ${stranger}`);
  }
  return known.filter((value) => words.includes(value));
}

function readCount(name: string, text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) {
    throw new Error(`--${name} must be a number from 1 to 999, and is ${text}`);
  }
  return Number(text);
}

function inProject(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
