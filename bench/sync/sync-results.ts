// What is measured of syncs.
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
  /** In the file; unknown where it is of a format that this project does not read. */
  readonly grants: number | undefined;
  /** CPU time of the simulator meanwhile. */
  readonly simulatorCpuMs: number;
  /** The share of a processor that the rest of the machine took meanwhile. */
  readonly otherWork: number;
  /** How long each phase took, of a connector that tells. */
  readonly phasesMs: Readonly<Record<string, number>> | undefined;
}

export interface SizeResults {
  readonly size: SizeName;
  /** Only fetching and dropping what a sync fetches. */
  readonly readAndDropMs: number;
  readonly ours: readonly SyncRun[];
  readonly peer: Readonly<Partial<Record<Engine, SyncRun>>>;
  /** What the peer said where its sync failed. */
  readonly peerFailures: Readonly<Partial<Record<Engine, string>>>;
}
