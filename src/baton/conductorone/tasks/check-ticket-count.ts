// Answers to bulk ticket requests are matched by position, so there must be as many as requests.
import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import { Code, ServiceError } from '../../author/service-error.ts';
import { failedForGood, succeeded, type TaskOutcome } from './task-outcome.ts';

/** A success, if `response` holds `count` tickets. */
export function checkTicketCount<Desc extends DescMessage>(
  schema: Desc,
  response: MessageShape<Desc> & { readonly tickets: readonly unknown[] },
  count: number,
): TaskOutcome {
  if (response.tickets.length === count) return succeeded(schema, response);
  const message = `the connector returned ${response.tickets.length} tickets where ${count} were asked for`;
  return failedForGood(new ServiceError(Code.Internal, message, { reason: 'wrong_ticket_count' }));
}
