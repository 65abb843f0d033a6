// The results of gRPC measurements.
import type { SizeName } from '../sizes.ts';
import type { Operation } from './caller.ts';
import type { Lap } from './lap.ts';

/** `ours` and `peer` run as child processes with mutual TLS, `ours serve` in plaintext. */
export const serverNames = ['ours', 'peer', 'ours serve', 'canned'] as const;
export type ServerName = (typeof serverNames)[number];

export interface MeasuredLap extends Lap {
  readonly server: ServerName;
  readonly operation: Operation;
  readonly serverCpuMs: number;
  readonly simulatorCpuMs: number;
  readonly otherWork: number;
}

export interface GrpcResults {
  readonly size: SizeName;
  /** Each measurement, once per round. */
  readonly laps: readonly MeasuredLap[];
  /** Resident memory of the servers after all laps, in bytes. */
  readonly memoryBytes: Readonly<Partial<Record<ServerName, number>>>;
  /** How long it took until grants were available: listing users and courses, and loading the report. */
  readonly prepareMs: Readonly<Partial<Record<ServerName, number>>>;
}

/** Milliseconds from process start to the first response, for each start. */
export type StartResults = Readonly<Partial<Record<ServerName, readonly number[]>>>;
