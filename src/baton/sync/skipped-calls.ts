// Skips what vanished since it was listed, with a warning for each, up to a limit.
import type { ConnectError } from '@connectrpc/connect';
import { Code, ServiceError } from '../author/service-error.ts';
import { describeAction } from './describe-action.ts';
import type { ActionInit } from './plan/sync-action.ts';
import type { SyncContext } from './sync-context.ts';

/** Skipping more than both limits means that the source is at fault (pkg/sync of baton-sdk v0.25.0). */
const skippedMax = 10;
const skippedShareMax = 0.1;

/** The calls of a sync that ended with NOT_FOUND. */
export class SkippedCalls {
  readonly #context: SyncContext;

  constructor(context: SyncContext) {
    this.#context = context;
  }

  /**
   * Whether a sync may go on without what an action lists. Nothing vanishes from the listings of types and of their
   * resources: there NOT_FOUND is a failure.
   */
  mayBeSkipped({ operation, parentResourceId }: ActionInit): boolean {
    switch (operation) {
      case 'list-resources':
        return parentResourceId !== '';
      case 'list-static-entitlements':
      case 'list-entitlements':
      case 'list-grants':
        return true;
      default:
        return false;
    }
  }

  skip(action: ActionInit, { rawMessage }: ConnectError): void {
    const { observer, notes } = this.#context;
    notes.skippedCalls++;
    observer.countSkipped('listings that were not found');
    observer.warn(`${describeAction(action)} was skipped: ${rawMessage}`);
  }

  /**
   * Judges the share of all actions so far.
   * @throws ServiceError ABORTED if too many were skipped.
   */
  judge(): void {
    const { actionsCompleted } = this.#context.state;
    const { skippedCalls: count } = this.#context.notes;
    if (count <= skippedMax || count <= actionsCompleted * skippedShareMax) return;
    throw new ServiceError(
      Code.Aborted,
      `too many warnings, exiting sync: ${count} of ${actionsCompleted} actions were skipped, since what they list was not found`,
      { reason: 'too_many_warnings' },
    );
  }
}
