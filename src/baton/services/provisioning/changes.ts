// How changes run: those of one resource in turn, each with retries after transient failures.
import type { HandlerContext } from '@connectrpc/connect';
import type { ResourceId } from '#gen/c1/connector/v2/resource_pb.js';
import { isTransient } from '../../author/service-error.ts';
import { describeError } from '../../log/describe-error.ts';
import { rateLimitDelayMs } from '../../messages/rate-limit-delay.ts';
import { linear, noJitter, type RetryPolicy, retry } from '../../net/retry.ts';
import { Turns } from '../../net/turns.ts';
import type { Waits } from '../../net/waits.ts';
import { loggerKey } from '../call-context.ts';

/**
 * The policy of the Go SDK for Grant and Revoke (pkg/connectorbuilder/resource_provisioner.go of baton-sdk v0.25.0), here
 * for all changes.
 */
export const defaultChangePolicy: RetryPolicy = {
  attemptsMax: 4,
  delayMinMs: 15_000,
  delayMaxMs: 60_000,
  growth: linear,
  jitter: noJitter,
};

/** What a change is about: changes of the same resource take turns. */
type Subject = Pick<ResourceId, 'resourceType' | 'resource'>;

/** Runs all changes of a connector. */
export class Changes {
  readonly #policy: RetryPolicy;
  readonly #waits: Waits | undefined;
  readonly #turns = new Turns();

  /** @param waits - Shows the waits between attempts. */
  constructor(policy: RetryPolicy = defaultChangePolicy, waits?: Waits) {
    this.#policy = policy;
    this.#waits = waits;
  }

  /**
   * Runs a change, which must be safe to repeat, and repeats it after UNAVAILABLE and DEADLINE_EXCEEDED. A rate limit says
   * how long to wait. There is no retry after the deadline of the call, and none once the caller has left.
   *
   * Changes of the same subject run in the order of their calls, retries included, so that a later one cannot be undone
   * by an earlier one that had to wait.
   * @throws What the last attempt failed with; the reason of the call's signal once that has aborted.
   */
  async run<Result>(
    change: () => Promise<Result>,
    call: HandlerContext,
    subject: Subject | undefined,
  ): Promise<Result> {
    const work = () => retryChange(change, call, this.#policy, this.#waits);
    if (!subject) return await work();
    return await this.#turns.take(JSON.stringify([subject.resourceType, subject.resource]), work, call.signal);
  }
}

async function retryChange<Result>(
  change: () => Promise<Result>,
  call: HandlerContext,
  policy: RetryPolicy,
  waits: Waits | undefined,
): Promise<Result> {
  return await retry(change, {
    policy,
    waits,
    describeWait: ({ error }) => `the change failed: ${describeError(error)}`,
    signal: call.signal,
    delayAfter: (error, backoffMs) => {
      if (!isTransient(error)) return undefined;
      const delayMs = Math.min(rateLimitDelayMs(error, Date.now()) ?? backoffMs, policy.delayMaxMs);
      return delayMs < (call.timeoutMs() ?? Number.POSITIVE_INFINITY) ? delayMs : undefined;
    },
    onRetry: ({ error, attempt, delayMs }) =>
      call.values
        .get(loggerKey)
        .warn({ error: describeError(error), attempt, delay_ms: delayMs }, 'the change failed; retrying'),
  });
}
