// Measures the load on the machine that does not come from the benchmark.
import { readFileSync } from 'node:fs';
import { parseBusyMs } from './proc-files.ts';
import { readTreeCpuMs } from './process-tree.ts';

/** Above this share of one CPU, figures are unreliable. */
export const otherWorkMax = 0.15;

/** Measures from its creation. */
export class OtherWork {
  readonly #startedAtMs = performance.now();
  readonly #busyMs = readBusyMs();
  readonly #ownMs: number;
  readonly #companions: readonly number[];

  /** @param companions - Processes of the benchmark that run all the time, such as the simulator. */
  constructor(companions: readonly number[]) {
    this.#companions = companions;
    this.#ownMs = this.#readOwnMs();
  }

  /**
   * The average load from other processes, as a share of one CPU: 1 is one CPU the whole time.
   * @param measuredCpuMs - The CPU time of the measured processes, unless they are companions.
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
