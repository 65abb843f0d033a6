// What a step does with an action: it plans others, or makes a call and stores the page.
import type { DescMessage } from '@bufbuild/protobuf';
import { type Any, anyIs } from '@bufbuild/protobuf/wkt';
import type { ListFields } from '../services/list-response.ts';
import { enqueuedTokens } from './enqueued-tokens.ts';
import type { ActionInit, Operation, SyncAction } from './plan/sync-action.ts';
import type { Outcome } from './plan/sync-state.ts';
import type { SyncContext } from './sync-context.ts';
import type { SyncPhase } from './sync-observer.ts';

/** How actions of one operation are done. */
export interface Step {
  /** What the step is shown as; undefined if it is not. */
  readonly phase?: SyncPhase | undefined;
  /**
   * Does an action that names no resource type, from what is stored.
   * @param prefetch - Makes the first call of an action of a later step now.
   */
  readonly plan?: (
    action: SyncAction,
    context: SyncContext,
    prefetch: (action: ActionInit) => void,
  ) => Outcome | Promise<Outcome>;
  /** Requests the page that any other action is at. Makes no other call, and writes nothing. */
  readonly call?: (action: ActionInit, context: SyncContext) => Promise<ReceivedPage>;
}

/** A page that is to be stored when its turn comes. */
export interface ReceivedPage {
  readonly nextPageToken: string;
  /** The number of its items. */
  readonly items: number;
  /** Stores it. Returns what to do before the next page. */
  store(): readonly ActionInit[];
}

/** An action that is done. */
export const done: Outcome = { nextPageToken: '', actions: [] };

/** The listings that may enqueue pages. On others, EnqueuePageTokens says nothing, as in the Go syncer (baton-sdk v0.25.0). */
const mayEnqueue: ReadonlySet<Operation> = new Set(['list-entitlements', 'list-grants']);

/**
 * A page of a listing, and the further pages that it enqueues.
 * @param items - What the page holds, in whichever form.
 * @param store - Stores them. Returns what they add to the plan.
 */
export function receivePage(
  action: ActionInit,
  page: ListFields<unknown>,
  items: readonly unknown[],
  store: () => readonly ActionInit[],
): ReceivedPage {
  const tokens = mayEnqueue.has(action.operation) ? enqueuedTokens(page) : [];
  const spawned = tokens.map((pageToken) => ({ ...action, pageToken, spawned: true }));
  return {
    nextPageToken: page.nextPageToken,
    items: items.length,
    store: () => [...store(), ...spawned],
  };
}

/** Whether something carries an annotation. */
export function carries({ annotations }: { readonly annotations: readonly Any[] }, schema: DescMessage): boolean {
  return annotations.some((any) => anyIs(any, schema));
}
