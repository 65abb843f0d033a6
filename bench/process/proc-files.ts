// Parses what /proc says about a process and the machine (Linux, proc(5)).

/** The unit of CPU times: 100 ticks per second on every Linux that Node supports. */
const tickMs = 10;
const kibibyte = 1024;

/** User and system time of a process in milliseconds, without its children. */
export function parseCpuMs(stat: string): number {
  // The name, in brackets, may contain spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [userTicks, systemTicks] = [fields[11], fields[12]].map(Number);
  return ((userTicks ?? 0) + (systemTicks ?? 0)) * tickMs;
}

/** Resident memory of a process, in bytes. */
export interface Memory {
  readonly rss: number;
  /** Its peak. */
  readonly peak: number;
  /** The part of `rss` that is mapped from files, such as the program: processes of one program share it. */
  readonly mapped: number;
}

/** Undefined for a zombie, which has no memory. */
export function parseMemory(status: string): Memory | undefined {
  const read = (name: string) => {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status);
    return match ? Number(match[1]) * kibibyte : undefined;
  };
  const [rss, peak] = [read('VmRSS'), read('VmHWM')];
  if (rss === undefined || peak === undefined) {
    return undefined;
  }
  return { rss, peak, mapped: (read('RssFile') ?? 0) + (read('RssShmem') ?? 0) };
}

/** How long all CPUs together were busy, in milliseconds, including work for other guests of the same host. */
export function parseBusyMs(stat: string): number {
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0, stolen = 0] = (
    /^cpu +(.*)$/m.exec(stat)?.[1] ?? ''
  )
    .split(' ')
    .map(Number);
  return (user + nice + system + interrupts + softInterrupts + stolen) * tickMs;
}
