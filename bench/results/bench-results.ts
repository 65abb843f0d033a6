// All that one run of the benchmark has measured.
import type { GrpcResults, StartResults } from '../grpc/grpc-results.ts';
import type { Machine } from '../machine.ts';
import type { SizeResults } from '../sync/sync-results.ts';

export interface BenchResults {
  /** What was typed, without paths. */
  readonly command: string;
  readonly machine: Machine;
  readonly syncs: readonly SizeResults[];
  readonly starts: StartResults;
  readonly grpc: GrpcResults | undefined;
}
