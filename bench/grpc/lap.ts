// One measurement: callers share a fixed amount of work, as fast as the server responds.

/** One call, from the request to the end of the response. */
export interface Reply {
  readonly items: number;
  readonly bytes: number;
}

/** Makes calls, and reports each one to the given function. */
export type Unit = (timed: (call: Promise<Reply>) => Promise<void>) => Promise<void>;

export interface Lap {
  readonly callers: number;
  readonly calls: number;
  readonly items: number;
  readonly bytes: number;
  readonly wallMs: number;
  /** Of each call. */
  readonly latenciesMs: readonly number[];
  /** CPU time of the caller process. */
  readonly callerCpuMs: number;
}

/** Each caller takes the next unit of work when it has finished one, until none is left. */
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
