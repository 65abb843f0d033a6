// What checks that make calls of their own have to work with.

import type { Logger } from 'pino';
import type { ConnectorMetadata } from '#gen/c1/connector/v2/connector_pb.js';
import type { LimitChecker } from './limits.ts';
import type { Pace } from './pages.ts';
import type { Target } from './target.ts';
import type { Walked } from './walked.ts';

export interface Session {
  readonly target: Target;
  readonly limits: LimitChecker;
  readonly pace: Pace;
  /** How long a call may go on after its deadline, until it counts as one that does not end. */
  readonly endsWithinMs: number;
  /** What GetMetadata and Validate answered, or how they failed. */
  readonly metadata: Answered<ConnectorMetadata>;
  readonly sdkVersion: Answered<string>;
  /** The first walk. */
  readonly walked: Walked;
  /** The sync that further calls belong to: the second walk's. */
  readonly syncId: string;
  readonly logger: Logger;
  /** Where a sync is to be written. */
  readonly file: SyncFile | undefined;
  /** A new connection: to another process of the same connector, if there is one. It is closed at the end. */
  openAnother(): Target;
  /** Tells the connector that a sync is over. */
  cleanUp(syncId: string): Promise<void>;
}

/** A .c1z file to write. */
export interface SyncFile {
  readonly path: string;
  /** Where the unpacked database lies meanwhile; the system's folder for temporary files when it is not given. */
  readonly temporaryFolder: string | undefined;
}

/** The value of an answer, or how the call for it failed. */
export type Answered<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: string };

/** Makes a value that several checks share: once for each session. */
export function oncePerSession<Value>(make: (session: Session) => Promise<Value>): typeof make {
  const made = new WeakMap<Session, Promise<Value>>();
  return (session) => {
    const known = made.get(session) ?? make(session);
    made.set(session, known);
    return known;
  };
}
