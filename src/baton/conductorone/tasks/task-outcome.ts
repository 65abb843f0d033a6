// How a task ended, and how that is reported to ConductorOne.
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import { Code, ServiceError } from '../../author/service-error.ts';

export type TaskOutcome =
  | { readonly kind: 'succeeded'; readonly response?: Any; readonly annotations: readonly Any[] }
  | {
      readonly kind: 'failed';
      readonly error: unknown;
      /** Whether ConductorOne may hand out the task again. */
      readonly retryable: boolean;
      readonly annotations: readonly Any[];
    }
  /** The Go runner reports nothing in this case, and ConductorOne expects nothing. An error is only logged. */
  | { readonly kind: 'unreported'; readonly error?: unknown };

/** A success with the connector's response, unchanged. */
export function succeeded<Desc extends DescMessage>(
  schema: Desc,
  response: MessageShape<Desc>,
  annotations: readonly Any[] = [],
): TaskOutcome {
  return { kind: 'succeeded', response: anyPack(schema, response), annotations };
}

/** A failure that a retry may overcome. */
export function failed(error: unknown, annotations: readonly Any[] = []): TaskOutcome {
  return { kind: 'failed', error, retryable: true, annotations };
}

/** A failure that must not be retried. */
export function failedForGood(error: unknown, annotations: readonly Any[] = []): TaskOutcome {
  return { kind: 'failed', error, retryable: false, annotations };
}

/** A task that lacks what it is about. */
export function malformed(name: string, annotations: readonly Any[] = []): TaskOutcome {
  const error = new ServiceError(Code.InvalidArgument, `malformed ${name} task`, { reason: 'malformed_task' });
  return failedForGood(error, annotations);
}

/** An end that is not reported. */
export function unreported(error?: unknown): TaskOutcome {
  return { kind: 'unreported', ...(error !== undefined && { error }) };
}
