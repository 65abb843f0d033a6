// One measurement: callers do a fixed amount of work together, as quickly as they are answered.

/** One call, from the request until the whole answer has arrived. */
export interface Reply {
  readonly items: number;
  readonly bytes: number;
}

/** Makes calls, and tells of each by the function that it is given. */
export type Unit = (timed: (call: Promise<Reply>) => Promise<void>) => Promise<void>;

export interface Lap {
  readonly callers: number;
  readonly calls: number;
  readonly items: number;
  readonly bytes: number;
  readonly wallMs: number;
  /** Of each call. */
  readonly latenciesMs: readonly number[];
  /** CPU time of the process of the callers. */
  readonly callerCpuMs: number;
}

/** Each caller takes the next unit when it has done one, until none is left. */
export async function runLap(callers: number, units: readonly Unit[]): Promise<Lap> {
  const totals = { calls: 0, items: 0, bytes: 0 };
  const latenciesMs: number[] = [];
  const timed = async (call: Promise<Reply>) => {
    const startedAtMs = performance.now();
    const { items, bytes } = await call;
    latenciesMs.push(performance.now() - startedAtMs);
    totals.calls++;
    totals.items += items;
    totals.bytes += bytes;
  };
  const waiting = units.values();
  const cpuBefore = process.cpuUsage();
  const startedAtMs = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (const unit of waiting) await unit(timed);
    }),
  );
  const wallMs = performance.now() - startedAtMs;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { callers, ...totals, wallMs, latenciesMs, callerCpuMs: (user + system) / 1000 };
}
