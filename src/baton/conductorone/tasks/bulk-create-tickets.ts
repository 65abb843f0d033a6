// Task bulk_create_tickets: opens several tickets.
import { TicketsService, TicketsServiceBulkCreateTicketsResponseSchema } from '#gen/c1/connector/v2/ticket_pb.js';
import type { Task_BulkCreateTicketsTask } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { checkTicketCount } from './check-ticket-count.ts';
import type { TaskHandler } from './task-context.ts';
import { malformed } from './task-outcome.ts';

export const handleBulkCreateTickets: TaskHandler<Task_BulkCreateTicketsTask> = async (task, { connect }) => {
  const { ticketRequests } = task;
  if (ticketRequests.length === 0) return malformed('bulk create tickets');
  const response = await connect(TicketsService).bulkCreateTickets({
    ticketRequests: ticketRequests.map(({ ticketRequest, ticketSchema, annotations }) => ({
      annotations,
      ...(ticketRequest && { request: ticketRequest }),
      ...(ticketSchema && { schema: ticketSchema }),
    })),
  });
  return checkTicketCount(TicketsServiceBulkCreateTicketsResponseSchema, response, ticketRequests.length);
};
