// What checks with calls of their own work with.

import type { Logger } from 'pino';
import type { ConnectorMetadata } from '#gen/c1/connector/v2/connector_pb.js';
import type { CallRetry } from '../sync/retry-calls.ts';
import type { LimitChecker } from './limits.ts';
import type { CallDelays } from './pages.ts';
import type { Target } from './target.ts';
import type { Walked } from './walked.ts';

export interface Session {
  readonly target: Target;
  readonly limits: LimitChecker;
  readonly delays: CallDelays;
  /** How long a call may continue after its deadline before it counts as endless. */
  readonly endsWithinMs: number;
  /** The responses of GetMetadata and Validate, or how they failed. */
  readonly metadata: Answered<ConnectorMetadata>;
  readonly sdkVersion: Answered<string>;
  /** The first walk. */
  readonly walked: Walked;
  /** The sync that further calls belong to: the one of the second walk. */
  readonly syncId: string;
  readonly logger: Logger;
  /** Where to write a sync. */
  readonly file: SyncFile | undefined;
  /** Opens a new connection, to another process of the same connector if there is one. Closed at the end. */
  openAnother(): Target;
  /** Tells the connector that a sync is over. */
  cleanUp(syncId: string): Promise<void>;
}

/** A .c1z file to write. */
export interface SyncFile {
  readonly path: string;
  /** The folder for the uncompressed database; default: the system's folder for temporary files. */
  readonly temporaryFolder: string | undefined;
  /** How the calls of the sync are retried. Default: they are not. */
  readonly callRetry?: CallRetry | undefined;
}

/** The value of a response, or how the call failed. */
export type Answered<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: string };

/** Computes a value that several checks share, once per session. */
export function oncePerSession<Value>(make: (session: Session) => Promise<Value>): typeof make {
  const made = new WeakMap<Session, Promise<Value>>();
  return (session) => {
    const known = made.get(session) ?? make(session);
    made.set(session, known);
    return known;
  };
}
