// The states of a report, and where loading begins in each. Their drawing is in sync-report.ts.
import type { SessionStore } from 'baton-connector-sdk';
import type { ByteStream } from '../api/response-body.ts';
import { lostReportError } from './lost-report.ts';

export type ReportState<Rows, Lists, Index> =
  | { readonly phase: 'idle' }
  /** Requested before anybody needs it: nothing more is done until somebody does. */
  | { readonly phase: 'prefetched'; readonly id: string }
  | Requested
  /** Percipio makes the report. */
  | { readonly phase: 'pending'; readonly id: string }
  /** It is downloaded and scanned. */
  | { readonly phase: 'ready'; readonly id: string; readonly body: ByteStream }
  /** Its rows are in memory. The index waits for what the sync lists. */
  | { readonly phase: 'scanned'; readonly id: string; readonly rows: Rows }
  | { readonly phase: 'indexing'; readonly id: string; readonly rows: Rows; readonly lists: Lists }
  | { readonly phase: 'indexed'; readonly id: string; readonly index: Index; readonly summaryReported: boolean }
  /** `isSeen`: a caller has got the error. One that nobody has got goes to the next caller. */
  | {
      readonly phase: 'failed';
      readonly id: string | undefined;
      readonly error: unknown;
      readonly isSeen: boolean;
    }
  | { readonly phase: 'closed'; readonly id: string | undefined };

export interface Requested {
  readonly phase: 'requested';
  /** Holds the id of the report for all processes of the sync. */
  readonly session?: SessionStore | undefined;
  /** To use unless another process of the sync has a report already. */
  readonly prefetchedId?: string | undefined;
  /** A report that Percipio no longer has: its id in the session store does not count. */
  readonly lostId?: string | undefined;
}

/** The states that go on by themselves. */
export type Working<Rows, Lists> = Extract<
  ReportState<Rows, Lists, never>,
  { phase: 'requested' | 'pending' | 'ready' | 'indexing' }
>;

/** A report in any state. */
type AnyState = ReportState<unknown, unknown, unknown>;

/** The state in which loading begins; undefined where it has begun already. */
export function startFrom(
  state: AnyState,
  id: string | undefined,
  session: SessionStore | undefined,
): Exclude<Working<never, never>, { phase: 'indexing' }> | undefined {
  switch (state.phase) {
    case 'idle':
      return id === undefined ? { phase: 'requested', session } : { phase: 'pending', id };
    case 'prefetched':
      return id === undefined ? { phase: 'requested', session, prefetchedId: state.id } : { phase: 'pending', id };
    case 'failed': {
      if (!state.isSeen) return undefined;
      const lostId = lostReportError(state.error) && state.id;
      const pendingId = id ?? (lostId === undefined ? state.id : undefined);
      return pendingId === undefined ? { phase: 'requested', session, lostId } : { phase: 'pending', id: pendingId };
    }
    default:
      return undefined;
  }
}

export function isLoading({ phase }: AnyState): boolean {
  return phase === 'requested' || phase === 'pending' || phase === 'ready';
}

export function isWorking<Rows, Lists, Index>(state: ReportState<Rows, Lists, Index>): state is Working<Rows, Lists> {
  return isLoading(state) || state.phase === 'indexing';
}
