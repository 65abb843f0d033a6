// How busy the machine is with what does not belong to the benchmark.
import { readFileSync } from 'node:fs';
import { parseBusyMs } from './proc-files.ts';
import { readTreeCpuMs } from './process-tree.ts';

/** Above this share of one processor, figures are not to be trusted. */
export const otherWorkMax = 0.15;

/** Measures from when it is made. */
export class OtherWork {
  readonly #startedAtMs = performance.now();
  readonly #busyMs = readBusyMs();
  readonly #ownMs: number;
  readonly #companions: readonly number[];

  /** @param companions - Processes of the benchmark that run all the time, as the simulator. */
  constructor(companions: readonly number[]) {
    this.#companions = companions;
    this.#ownMs = this.#readOwnMs();
  }

  /**
   * The average share of one processor that others took; 1 is one processor for the whole time.
   * @param measuredCpuMs - What the measured processes used, where they are no companions.
   */
  share(measuredCpuMs: number): number {
    const elapsedMs = performance.now() - this.#startedAtMs;
    const ownMs = this.#readOwnMs() - this.#ownMs + measuredCpuMs;
    return Math.max(0, (readBusyMs() - this.#busyMs - ownMs) / elapsedMs);
  }

  #readOwnMs(): number {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000 + this.#companions.reduce((total, pid) => total + readTreeCpuMs(pid), 0);
  }
}

function readBusyMs(): number {
  return parseBusyMs(readFileSync('/proc/stat', 'utf8'));
}
