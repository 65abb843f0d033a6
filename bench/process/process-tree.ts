// CPU time and memory of a process and its descendants, sampled from /proc.
import { readdirSync, readFileSync } from 'node:fs';
import { type Memory, parseCpuMs, parseMemory } from './proc-files.ts';

const sampleEveryMs = 25;
/** Scanning for new processes takes longer than a sample, so it happens only every so many samples. */
const searchEvery = 8;

export interface TreeUsage {
  /** Misses what a process did after the last sample (25 ms). */
  readonly cpuMs: number;
  /**
   * Peak resident memory in bytes: the private memory of all processes plus the largest file mapping of any one, since
   * processes of one program share it. For a single process, the kernel's own peak value.
   */
  readonly peakBytes: number;
  readonly processes: number;
}

/** Samples from its creation until it is stopped. */
export class ProcessTreeSampler {
  readonly #root: number;
  readonly #cpuMs = new Map<number, number>();
  readonly #timer: NodeJS.Timeout;
  #peakBytes = 0;
  #singlePeakBytes = 0;
  #samples = 0;

  constructor(pid: number) {
    this.#root = pid;
    this.#sample();
    this.#timer = setInterval(() => this.#sample(), sampleEveryMs);
  }

  stop(): TreeUsage {
    clearInterval(this.#timer);
    const processes = this.#cpuMs.size;
    return {
      cpuMs: sum(this.#cpuMs.values()),
      peakBytes: processes === 1 ? this.#singlePeakBytes : this.#peakBytes,
      processes,
    };
  }

  #sample(): void {
    if (this.#samples++ % searchEvery === 0) {
      for (const pid of descendants(this.#root)) {
        if (!this.#cpuMs.has(pid)) this.#cpuMs.set(pid, 0);
      }
    }
    const memories: Memory[] = [];
    for (const pid of this.#cpuMs.keys()) {
      const seen = readProcess(pid);
      if (seen) {
        this.#cpuMs.set(pid, seen.cpuMs);
        if (seen.memory) memories.push(seen.memory);
      }
    }
    this.#peakBytes = Math.max(this.#peakBytes, together(memories));
    this.#singlePeakBytes = Math.max(this.#singlePeakBytes, ...memories.map(({ peak }) => peak));
  }
}

/** CPU time of a process and its descendants so far, in milliseconds. */
export function readTreeCpuMs(pid: number): number {
  return sum(descendants(pid).map((each) => readProcess(each)?.cpuMs ?? 0));
}

/** Current resident memory of a process and its descendants, counted like `peakBytes`. */
export function readTreeBytes(pid: number): number {
  return together(descendants(pid).flatMap((each) => readProcess(each)?.memory ?? []));
}

/** The combined memory of processes, with file mappings counted once. */
export function together(memories: readonly Memory[]): number {
  const own = sum(memories.map(({ rss, mapped }) => rss - mapped));
  return own + Math.max(0, ...memories.map(({ mapped }) => mapped));
}

/** The process itself first. */
function descendants(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(descendants)];
}

/** A child belongs to the thread that started it. */
function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
    );
  } catch {
    // It, or one of its threads, has just ended.
    return [];
  }
}

function readProcess(pid: number): { cpuMs: number; memory: Memory | undefined } | undefined {
  try {
    return {
      cpuMs: parseCpuMs(readFileSync(`/proc/${pid}/stat`, 'utf8')),
      memory: parseMemory(readFileSync(`/proc/${pid}/status`, 'utf8')),
    };
  } catch {
    return undefined;
  }
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
