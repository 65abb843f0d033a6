// Repeats a change that failed for the moment.
import { setTimeout } from 'node:timers/promises';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { ConnectError, type HandlerContext } from '@connectrpc/connect';
import { RateLimitDescriptionSchema } from '#gen/c1/connector/v2/annotation_ratelimit_pb.js';
import { Code } from '../../author/service-error.ts';
import { describeError } from '../../log/describe-error.ts';
import { loggerKey } from '../call-context.ts';

export interface RepeatPolicy {
  /** How often at most a change is done again. */
  readonly repeats: number;
  /** Before the first repeat; twice that before the second, and so on. */
  readonly waitMs: number;
  readonly waitMaxMs: number;
}

/** Those of the Go SDK for Grant and Revoke (pkg/connectorbuilder/resource_provisioner.go of baton-sdk v0.25.0). */
export const defaultRepeatPolicy: RepeatPolicy = { repeats: 3, waitMs: 15_000, waitMaxMs: 60_000 };

const transient: readonly Code[] = [Code.Unavailable, Code.DeadlineExceeded];

/**
 * Does `change`, which must be safe to repeat, again after UNAVAILABLE and DEADLINE_EXCEEDED. It is worth it here: a
 * failed grant or revocation is final for ConductorOne, which asks a person then. A rate limit says how long to wait.
 * There is no repeat that would begin after the call's deadline, and none once the caller is gone.
 */
export async function repeatChange<Result>(
  change: () => Promise<Result>,
  call: HandlerContext,
  { repeats, waitMs, waitMaxMs }: RepeatPolicy,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await change();
    } catch (error) {
      if (!(error instanceof ConnectError) || !transient.includes(error.code) || attempt > repeats) {
        throw error;
      }
      const pauseMs = Math.min(untilResetMs(error) ?? attempt * waitMs, waitMaxMs);
      if (call.signal.aborted || pauseMs >= (call.timeoutMs() ?? Number.POSITIVE_INFINITY)) {
        throw error;
      }
      call.values.get(loggerKey).warn({ error: describeError(error), pause_ms: pauseMs, attempt }, 'repeats a change');
      await setTimeout(pauseMs, undefined, { signal: call.signal }).catch(() => {
        throw error;
      });
    }
  }
}

/** Until the application can be asked again, where the error tells. */
function untilResetMs(error: ConnectError): number | undefined {
  const [limit] = error.findDetails(RateLimitDescriptionSchema);
  const leftMs = limit?.resetAt ? timestampDate(limit.resetAt).getTime() - Date.now() : 0;
  // What is left until then is shared by those who ask.
  return leftMs > 0 ? leftMs / Math.max(1, Number(limit?.remaining ?? 0)) : undefined;
}
