// The command line of the benchmark.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type SizeName, sizeNames } from './sizes.ts';

export const parts = ['sync', 'start', 'grpc', 'expansion'] as const;
/** The expansion requires Go and takes long, so it must be asked for. */
const partsDefault: readonly Part[] = ['sync', 'start', 'grpc'];
export type Part = (typeof parts)[number];

export const engines = ['sqlite', 'pebble'] as const;
/** How a peer stores a sync: its `--storage-engine`. */
export type Engine = (typeof engines)[number];

export interface BenchOptions {
  readonly sizes: readonly SizeName[];
  readonly parts: readonly Part[];
  /** The program of a Go connector to measure as well. */
  readonly peer: string | undefined;
  readonly peerSizes: readonly SizeName[];
  readonly peerEngines: readonly Engine[];
  /** Syncs of S and M each; L is synced once, and so is every size by the peer, once per engine. */
  readonly runs: number;
  /** How often each gRPC measurement is repeated, with servers taking turns. */
  readonly rounds: number;
  /** Grants that the expansion adds, in millions. */
  readonly expandedMillions: number;
  /** For prepared reports and temporary files. */
  readonly cacheFolder: string;
  readonly resultsFile: string;
  readonly builds: boolean;
}

export const usage = `npm run bench -- [options]
  --sizes S,M            organizations: S, M, L (L takes 35 GB of disk and several minutes)
  --only sync,start,grpc what to measure (default: these; also: expansion, which requires Go)
  --expanded 10          grants that the expansion adds, in millions
  --peer PATH            program of a Go connector to measure as well
  --peer-sizes S,M       sizes that the peer syncs
  --peer-engines sqlite,pebble
                         storage engines of the peer
  --runs 3               number of syncs of S and M
  --rounds 3             number of rounds of each gRPC measurement
  --cache FOLDER         folder for prepared reports (default: node_modules/.cache/bench)
  --results FILE         results page (default: bench/RESULTS.md)
  --no-build             use dist/ as it is
`;

/** @throws Error that names the invalid option. */
export function parseOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    allowNegative: true,
    options: {
      sizes: { type: 'string', default: 'S,M' },
      only: { type: 'string', default: partsDefault.join() },
      expanded: { type: 'string', default: '10' },
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
    expandedMillions: readCount('expanded', values.expanded),
    rounds: readCount('rounds', values.rounds),
    cacheFolder: values.cache,
    resultsFile: values.results,
    builds: values.build,
  };
}

/**
 * The command as shown in the results, without the values of paths, which mean nothing to others.
 * @param argv - The arguments after `npm run bench --`.
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

/** In the order of `known`. */
function readList<Value extends string>(name: string, text: string, known: readonly Value[]): Value[] {
  const words = text.split(',').filter((word) => word !== '');
  const unknown = words.find((word) => !(known as readonly string[]).includes(word));
  if (unknown !== undefined) {
    throw new Error(`--${name} must be a list of ${known.join(', ')}, not ${unknown}`);
  }
  return known.filter((value) => words.includes(value));
}

function readCount(name: string, text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) {
    throw new Error(`--${name} must be a number from 1 to 999, not ${text}`);
  }
  return Number(text);
}

function inProject(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
