// Runs what takes long without keeping others waiting.
import { setImmediate } from 'node:timers/promises';

/**
 * Runs steps of some milliseconds to their end. After each, the event loop turns.
 * @returns What they result in.
 * @throws the signal's reason
 */
export async function runSteps<Result>(steps: Generator<void, Result>, signal?: AbortSignal): Promise<Result> {
  using running = steps;
  for (;;) {
    const step = running.next();
    if (step.done) return step.value;
    await setImmediate();
    signal?.throwIfAborted();
  }
}
