// The results of sync measurements.
import type { Engine } from '../options.ts';
import type { SizeName } from '../sizes.ts';

/** One sync of a whole organization into a new file. */
export interface SyncRun {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Of the whole process tree. */
  readonly peakBytes: number;
  readonly processes: number;
  readonly fileBytes: number;
  /** In the file; undefined if this project cannot read its format. */
  readonly grants: number | undefined;
  /** CPU time of the simulator during the sync. */
  readonly simulatorCpuMs: number;
  /** The load from outside the benchmark during the sync, as a share of one CPU. */
  readonly otherWork: number;
  /** How long each phase took, for connectors that report it. */
  readonly phasesMs: Readonly<Record<string, number>> | undefined;
}

export interface SizeResults {
  readonly size: SizeName;
  /** Fetching and discarding what a sync fetches. */
  readonly readAndDropMs: number;
  readonly ours: readonly SyncRun[];
  readonly peer: Readonly<Partial<Record<Engine, SyncRun>>>;
  /** The peer's error message, by engine, where its sync failed. */
  readonly peerFailures: Readonly<Partial<Record<Engine, string>>>;
}
