// What a run of a file of changes has to do, and what a dry run shares with it.
import { ConnectError } from '@connectrpc/connect';
import { codeName } from '../author/code.ts';
import type { Naming } from '../author/naming.ts';
import { Code, ServiceError } from '../author/service-error.ts';
import type { JobContext } from '../on-demand/on-demand-job.ts';
import { createOwnContext } from '../services/call-context.ts';
import { type Applied, applyChange } from './apply-change.ts';
import type { Change } from './change.ts';
import type { EarlierResults } from './result-file.ts';

export interface Bulk {
  readonly context: JobContext;
  readonly naming: Naming;
  readonly concurrency: number;
  /** Of the file. */
  readonly changes: readonly Change[];
  /** Those that earlier runs have not done. */
  readonly pending: readonly Change[];
  readonly earlier: EarlierResults;
}

/** Makes the function that applies changes: no account gets the same change from two rows. */
export function createApply(bulk: Bulk): (change: Change, signal: AbortSignal) => Promise<Applied> {
  const { context, naming, changes, earlier } = bulk;
  const { live, logger: whole } = context;
  // On a terminal, a line per change would hide the progress. The results have all of them.
  const logger = live && !whole.isLevelEnabled('debug') ? whole.child({}, { level: 'warn' }) : whole;
  const lines = new Map<string, number>();
  for (const { fingerprint, kind, line } of changes) {
    const { account } = earlier.done.get(fingerprint) ?? {};
    if (account !== undefined) lines.set(`${kind.word} ${account}`, line);
  }
  return async (change, signal) =>
    await applyChange(change, {
      naming,
      context: createOwnContext(logger, signal),
      connect: (desc) => context.connect(desc, { signal, logger }),
      onAccount: (account) => {
        const key = `${change.kind.word} ${account}`;
        const line = lines.get(key) ?? change.line;
        lines.set(key, line);
        if (line === change.line) return;
        throw new ServiceError(Code.FailedPrecondition, `line ${line} has the same change for the same account`, {
          reason: 'same_account',
        });
      },
    });
}

/** Why a change failed, as its result says it. */
export interface ChangeFailure {
  readonly code: string;
  readonly reason: string;
  readonly message: string;
}

export function describeFailure(error: unknown): ChangeFailure {
  if (error instanceof ConnectError) {
    const reason = 'reason' in error && typeof error.reason === 'string' ? error.reason : '';
    return { code: codeName(error.code), reason, message: error.rawMessage };
  }
  // A bug: the log has the stack.
  return { code: 'INTERNAL', reason: 'unexpected_error', message: 'unexpected error; see the log' };
}
