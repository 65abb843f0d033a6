// Task get_ticket: what became of a ticket.
import { create } from '@bufbuild/protobuf';
import { TicketsService, TicketsServiceGetTicketResponseSchema } from '#gen/c1/connector/v2/ticket_pb.js';
import type { Task_GetTicketTask } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { Code, ServiceError } from '../../author/service-error.ts';
import type { TaskHandler } from './task-context.ts';
import { failed, failedForGood, malformed, succeeded } from './task-outcome.ts';

/** The answer carries the annotations of the task in the place of the connector's, as the Go runner's does. */
export const handleGetTicket: TaskHandler<Task_GetTicketTask> = async ({ ticketId, annotations }, { connect }) => {
  if (ticketId === '') return malformed('get ticket');
  try {
    const { ticket } = await connect(TicketsService).getTicket({ id: ticketId });
    if (!ticket) {
      const message = `the connector returned no ticket for ${ticketId}`;
      return failedForGood(new ServiceError(Code.Internal, message, { reason: 'empty_ticket' }), annotations);
    }
    const response = create(TicketsServiceGetTicketResponseSchema, { ticket, annotations });
    return succeeded(TicketsServiceGetTicketResponseSchema, response, annotations);
  } catch (error) {
    return failed(error, annotations);
  }
};
