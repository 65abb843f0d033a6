// Everything that one run of the benchmark has measured.
import type { ExpansionResults } from '../expansion/expansion-results.ts';
import type { GrpcResults, StartResults } from '../grpc/grpc-results.ts';
import type { Machine } from '../machine.ts';
import type { SizeResults } from '../sync/sync-results.ts';

export interface BenchResults {
  /** The command line, without paths. */
  readonly command: string;
  readonly machine: Machine;
  /** Parts that could not be measured, and why. */
  readonly failures: readonly string[];
  readonly syncs: readonly SizeResults[];
  readonly starts: StartResults;
  readonly grpc: GrpcResults | undefined;
  readonly expansion: ExpansionResults | undefined;
}
