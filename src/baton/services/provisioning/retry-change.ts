// Retries a change after a transient failure.
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { ConnectError, type HandlerContext } from '@connectrpc/connect';
import { RateLimitDescriptionSchema } from '#gen/c1/connector/v2/annotation_ratelimit_pb.js';
import { Code } from '../../author/service-error.ts';
import { describeError } from '../../log/describe-error.ts';
import { linear, noJitter, type RetryPolicy, retry } from '../../net/retry.ts';
import { loggerKey } from '../call-context.ts';

/** The policy of the Go SDK for Grant and Revoke (pkg/connectorbuilder/resource_provisioner.go of baton-sdk v0.25.0). */
export const defaultChangePolicy: RetryPolicy = {
  attemptsMax: 4,
  delayMinMs: 15_000,
  delayMaxMs: 60_000,
  growth: linear,
  jitter: noJitter,
};

const transient: readonly Code[] = [Code.Unavailable, Code.DeadlineExceeded];

/**
 * Retries `change`, which must be idempotent, after UNAVAILABLE and DEADLINE_EXCEEDED: for ConductorOne a failed grant or
 * revocation is final and needs a human. A rate limit says how long to wait. There is no retry after the deadline of the
 * call, and none once the caller has left.
 * @throws what the last attempt failed with; the reason of the call's signal once that has aborted.
 */
export async function retryChange<Result>(
  change: () => Promise<Result>,
  call: HandlerContext,
  policy: RetryPolicy,
): Promise<Result> {
  return await retry(change, {
    policy,
    signal: call.signal,
    delayAfter: (error, backoffMs) => {
      if (!(error instanceof ConnectError) || !transient.includes(error.code)) return undefined;
      const delayMs = Math.min(untilResetMs(error) ?? backoffMs, policy.delayMaxMs);
      return delayMs < (call.timeoutMs() ?? Number.POSITIVE_INFINITY) ? delayMs : undefined;
    },
    onRetry: ({ error, attempt, delayMs }) =>
      call.values
        .get(loggerKey)
        .warn({ error: describeError(error), attempt, delay_ms: delayMs }, 'the change failed; retrying'),
  });
}

/** Until the application can be asked again, if the error says so; in whole milliseconds. */
function untilResetMs(error: ConnectError): number | undefined {
  const [limit] = error.findDetails(RateLimitDescriptionSchema);
  const leftMs = limit?.resetAt ? timestampDate(limit.resetAt).getTime() - Date.now() : 0;
  // The calls that remain until then are shared by all callers.
  return leftMs > 0 ? Math.ceil(leftMs / Math.max(1, Number(limit?.remaining ?? 0))) : undefined;
}
