// Task create_ticket: opens a ticket.
import { TicketsService, TicketsServiceCreateTicketResponseSchema } from '#gen/c1/connector/v2/ticket_pb.js';
import type { Task_CreateTicketTask } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { mergeAnnotations } from './merge-annotations.ts';
import type { TaskHandler } from './task-context.ts';
import { failed, malformed, succeeded } from './task-outcome.ts';

export const handleCreateTicket: TaskHandler<Task_CreateTicketTask> = async (task, { connect }) => {
  const { ticketRequest, ticketSchema, annotations } = task;
  if (!ticketRequest) return malformed('create ticket', annotations);
  try {
    const response = await connect(TicketsService).createTicket({
      request: ticketRequest,
      annotations,
      ...(ticketSchema && { schema: ticketSchema }),
    });
    const merged = mergeAnnotations(response.annotations, annotations);
    return succeeded(TicketsServiceCreateTicketResponseSchema, { ...response, annotations: merged }, merged);
  } catch (error) {
    return failed(error, annotations);
  }
};
