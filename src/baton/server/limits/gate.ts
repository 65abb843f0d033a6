// The limits of all servers of a process, and what counts against them.
import type { Logger } from 'pino';
import { BytesInFlight } from './bytes-in-flight.ts';
import { Connections } from './connections.ts';
import { RefusalLog } from './refusal-log.ts';
import { defaultLimits, type ServerLimits } from './server-limits.ts';

export interface Gate {
  readonly limits: ServerLimits;
  readonly connections: Connections;
  readonly bytes: BytesInFlight;
}

/** @param logger - Gets a line about what is refused. */
export function createGate(logger: Logger, limits: ServerLimits = defaultLimits): Gate {
  const refusals = new RefusalLog(logger, limits);
  return {
    limits,
    connections: new Connections(limits, refusals),
    bytes: new BytesInFlight(limits, refusals),
  };
}
