// How many calls a sync may have under way.
import type { Settings } from './field.ts';
import { parallelSync, workers } from './fields/sync.ts';

/** More than this is only used when it is asked for (pkg/sync of baton-sdk v0.25.0). */
const automaticMax = 4;

/** The number that `--workers` and its former name stand for, at least 1. */
export function countWorkers(settings: Settings, processors: number): number {
  const asked = settings.get(workers) || (settings.get(parallelSync) ? -1 : 0);
  return Math.max(1, asked < 0 ? Math.min(processors, automaticMax) : asked);
}
