// The limits of all servers of a process, and what counts against them.
import type { Logger } from 'pino';
import { BytesInFlight } from './bytes-in-flight.ts';
import { Connections } from './connections.ts';
import { RefusalLog } from './refusal-log.ts';
import { defaultLimits, type LimitSettings, limitSettings, type ServerLimits } from './server-limits.ts';

export interface Gate {
  readonly limits: ServerLimits;
  readonly connections: Connections;
  readonly bytes: BytesInFlight;
}

/**
 * @param logger - Gets lines about what is refused.
 * @param settings - How these lines name the limits.
 */
export function createGate(
  logger: Logger,
  limits: ServerLimits = defaultLimits,
  settings: LimitSettings = limitSettings,
): Gate {
  const refusals = new RefusalLog(logger, limits, settings);
  return {
    limits,
    connections: new Connections(limits, refusals),
    bytes: new BytesInFlight(limits, refusals),
  };
}
