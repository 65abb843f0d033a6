// Task bulk_get_tickets: what became of several tickets.
import { TicketsService, TicketsServiceBulkGetTicketsResponseSchema } from '#gen/c1/connector/v2/ticket_pb.js';
import type { Task_BulkGetTicketsTask } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { checkTicketCount } from './check-ticket-count.ts';
import type { TaskHandler } from './task-context.ts';
import { malformed } from './task-outcome.ts';

export const handleBulkGetTickets: TaskHandler<Task_BulkGetTicketsTask> = async ({ ticketRequests }, { connect }) => {
  if (ticketRequests.length === 0) return malformed('bulk get tickets');
  const response = await connect(TicketsService).bulkGetTickets({
    ticketRequests: ticketRequests.map(({ ticketId, annotations }) => ({ id: ticketId, annotations })),
  });
  return checkTicketCount(TicketsServiceBulkGetTicketsResponseSchema, response, ticketRequests.length);
};
