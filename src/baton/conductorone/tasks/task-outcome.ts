// How a task ended, and what ConductorOne is told of it.
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import { Code, ServiceError } from '../../author/service-error.ts';

export type TaskOutcome =
  | { readonly kind: 'succeeded'; readonly response?: Any; readonly annotations: readonly Any[] }
  | {
      readonly kind: 'failed';
      readonly error: unknown;
      /** Whether the task may be handed out again. */
      readonly retryable: boolean;
      readonly annotations: readonly Any[];
    }
  /** The Go runner reports nothing in this case, and ConductorOne expects nothing. */
  | { readonly kind: 'unreported'; readonly error?: unknown };

/** A success with the connector's answer, unchanged. */
export function succeeded<Desc extends DescMessage>(
  schema: Desc,
  response: MessageShape<Desc>,
  annotations: readonly Any[] = [],
): TaskOutcome {
  return { kind: 'succeeded', response: anyPack(schema, response), annotations };
}

/** A failure that may pass. */
export function failed(error: unknown, annotations: readonly Any[] = []): TaskOutcome {
  return { kind: 'failed', error, retryable: true, annotations };
}

/** A failure that would only repeat itself. */
export function failedForGood(error: unknown, annotations: readonly Any[] = []): TaskOutcome {
  return { kind: 'failed', error, retryable: false, annotations };
}

/** A task that lacks what it is about. */
export function malformed(what: string, annotations: readonly Any[] = []): TaskOutcome {
  const error = new ServiceError(Code.InvalidArgument, `malformed ${what} task`, { reason: 'malformed_task' });
  return failedForGood(error, annotations);
}

/**
 * Makes a change in the application. Whatever goes wrong is final: the change may have been made all the same, and must
 * not be made twice (pkg/tasks/c1api of baton-sdk v0.25.0).
 */
export async function change<Desc extends DescMessage>(
  schema: Desc,
  call: () => Promise<MessageShape<Desc> & { annotations: Any[] }>,
): Promise<TaskOutcome> {
  try {
    const response = await call();
    return succeeded(schema, response, response.annotations);
  } catch (error) {
    return failedForGood(error);
  }
}
