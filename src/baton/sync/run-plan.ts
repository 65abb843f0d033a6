// The engine of a sync: does the actions of its state, page by page, until none remains.
//
// The state is saved in the store (`SyncWriter.checkpoint`, as plan/checkpoint-token.ts writes it) when a step begins, and
// within a step every ten seconds. What a checkpoint says is done has been stored by then: both are written between two
// pages. A sync whose options contain a state that was read from a checkpoint continues from there.
import { setImmediate } from 'node:timers/promises';
import { ConnectError } from '@connectrpc/connect';
import { Code } from '../author/service-error.ts';
import { CallAhead } from './call-ahead.ts';
import { describeCallFailure } from './call-failure.ts';
import { describeAction } from './describe-action.ts';
import { PageCycles } from './page-cycles.ts';
import { toCheckpointToken } from './plan/checkpoint-token.ts';
import type { ActionInit, Operation, SyncAction } from './plan/sync-action.ts';
import type { Outcome } from './plan/sync-state.ts';
import { planSync } from './plan-sync.ts';
import { retryCall } from './retry-calls.ts';
import { SkippedCalls } from './skipped-calls.ts';
import type { SyncContext } from './sync-context.ts';
import { entitlementsStep, staticEntitlementsStep } from './sync-entitlements.ts';
import { expansionStep } from './sync-expansion.ts';
import { externalStep } from './sync-external.ts';
import { grantsStep } from './sync-grants.ts';
import type { SyncPhase } from './sync-observer.ts';
import { resourceTypesStep } from './sync-resource-types.ts';
import { resourcesStep } from './sync-resources.ts';
import { done, type ReceivedPage, type Step } from './sync-step.ts';
import { targetsStep } from './sync-targets.ts';
import { inActionSpan } from './sync-telemetry.ts';

const steps: Readonly<Record<Operation, Step>> = {
  init: { plan: (_action, context) => planSync(context) },
  'list-resource-types': resourceTypesStep,
  'list-resources': resourcesStep,
  'targeted-resource-sync': targetsStep,
  'list-static-entitlements': staticEntitlementsStep,
  'list-entitlements': entitlementsStep,
  'list-grants': grantsStep,
  'list-external-resources': externalStep,
  'grant-expansion': expansionStep,
};

/** As in the Go syncer (pkg/sync of baton-sdk v0.25.0). */
const checkpointIntervalMsDefault = 10_000;

/**
 * Runs a sync from its state to its end.
 * @throws What the connector's calls throw; ServiceError for a response that breaks the protocol, and ABORTED if too many
 * calls were skipped. The state is then where the failed page began.
 */
export async function runPlan(context: SyncContext): Promise<void> {
  const { state, signal, workers } = context;
  using calls = new CallAhead({
    call: (action) => request(action, context),
    callsMax: workers,
    upcoming: () => upcomingCalls(state.upcoming()),
  });
  const skipped = new SkippedCalls(context);
  const cycles = new PageCycles();
  const progress = new Progress(context, skipped);
  for (let action = state.current; action; action = state.current) {
    signal.throwIfAborted();
    const step = steps[action.operation];
    await progress.enter(step.phase);
    if (step.plan && isPlanned(action)) {
      const outcome = planWith(step.plan, action, context, calls);
      // Not awaited otherwise: what it prefetches can use what the first listing reads.
      state.advance(outcome instanceof Promise ? await outcome : outcome);
    } else {
      state.advance(await doCall(action, context, { calls, skipped, cycles }));
      calls.release(action);
      // A connector in this process may never wait for anything: let timers, signals and heartbeats have their turn, and
      // memory be freed. Not after planning.
      await setImmediate();
    }
    progress.checkpointIfDue();
  }
  await progress.enter(undefined);
}

/** Whether an action makes no call, and depends on what is stored. */
function isPlanned({ operation, resourceTypeId }: SyncAction): boolean {
  return resourceTypeId === '' && steps[operation].plan !== undefined;
}

/** These read and write the store for as long as that takes; others only plan. */
const longOperations: readonly Operation[] = ['list-external-resources', 'grant-expansion'];

function planWith(
  plan: NonNullable<Step['plan']>,
  action: SyncAction,
  context: SyncContext,
  calls: CallAhead,
): Outcome | Promise<Outcome> {
  const doPlan = () => plan(action, context, (later) => calls.prefetch(later));
  return longOperations.includes(action.operation) ? inActionSpan(action, async () => doPlan()) : doPlan();
}

function* upcomingCalls(upcoming: Iterable<SyncAction>): Generator<SyncAction> {
  for (const action of upcoming) {
    if (isPlanned(action)) return;
    yield action;
  }
}

async function request(action: ActionInit, context: SyncContext): Promise<ReceivedPage> {
  const { call } = steps[action.operation];
  if (!call) throw new Error(`the operation ${action.operation} makes no calls`);
  return await inActionSpan(action, () =>
    retryCall(
      context,
      () => describeAction(action),
      () => call(action, context),
    ),
  );
}

/** What is remembered from call to call. */
interface CallState {
  readonly calls: CallAhead;
  readonly skipped: SkippedCalls;
  readonly cycles: PageCycles;
}

async function doCall(
  action: SyncAction,
  { signal }: SyncContext,
  { calls, skipped, cycles }: CallState,
): Promise<Outcome> {
  let page: ReceivedPage;
  try {
    page = await calls.take(action);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ConnectError && error.code === Code.NotFound && skipped.mayBeSkipped(action))) {
      throw describeCallFailure(error, action);
    }
    skipped.skip(action, error);
    return done;
  }
  cycles.check(action, page.nextPageToken);
  return { nextPageToken: page.nextPageToken, actions: page.store() };
}

/** Where a sync is: reports its phases, and saves its state. */
class Progress {
  readonly #context: SyncContext;
  readonly #skipped: SkippedCalls;
  #phase: SyncPhase | undefined;
  #savedAtMs = Number.NEGATIVE_INFINITY;

  constructor(context: SyncContext, skipped: SkippedCalls) {
    this.#context = context;
    this.#skipped = skipped;
  }

  /** Ends the running phase, if the next action is in another one. */
  async enter(phase: SyncPhase | undefined): Promise<void> {
    if (phase === this.#phase) return;
    const { observer, store, signal } = this.#context;
    if (this.#phase === 'grants') await store.endGrants(signal);
    this.#skipped.judge();
    if (this.#phase) observer.phaseEnded(this.#phase);
    this.#phase = phase;
    this.#checkpoint();
    if (phase) observer.phaseStarted(phase);
  }

  checkpointIfDue(): void {
    const { checkpointIntervalMs = checkpointIntervalMsDefault } = this.#context;
    if (performance.now() - this.#savedAtMs >= checkpointIntervalMs) this.#checkpoint();
  }

  #checkpoint(): void {
    this.#savedAtMs = performance.now();
    const { store, state, notes } = this.#context;
    store.checkpoint(toCheckpointToken(state), notes.toJson());
  }
}
