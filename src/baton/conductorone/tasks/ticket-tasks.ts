// The tasks about tickets. A task's annotations go into its response, and bulk responses are checked for their number.
import { create, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import {
  type TicketSchema,
  TicketsService,
  TicketsServiceBulkCreateTicketsResponseSchema,
  TicketsServiceBulkGetTicketsResponseSchema,
  TicketsServiceCreateTicketResponseSchema,
  TicketsServiceGetTicketResponseSchema,
  TicketsServiceListTicketSchemasResponseSchema,
} from '#gen/c1/connector/v2/ticket_pb.js';
import { Code, ServiceError } from '../../author/service-error.ts';
import { PageCycles } from '../../sync/page-cycles.ts';
import type { TaskHandler, TaskValues } from './task-context.ts';
import {
  failed,
  failedForGood,
  malformed,
  succeeded,
  type TaskOutcome,
  unreportedUnlessFinal,
} from './task-outcome.ts';

/** The most schemas that are sent; no page is requested beyond them (pkg/tasks/c1api of baton-sdk v0.25.0). */
const schemasMax = 100;

export const handleCreateTicket: TaskHandler<TaskValues['createTicketTask']> = async (task, { connect }) => {
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

/** The response carries the task's annotations instead of the connector's, as the Go runner's does. */
export const handleGetTicket: TaskHandler<TaskValues['getTicket']> = async ({ ticketId, annotations }, { connect }) => {
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

export const handleBulkCreateTickets: TaskHandler<TaskValues['bulkCreateTickets']> = async (task, { connect }) => {
  const { ticketRequests } = task;
  if (ticketRequests.length === 0) return malformed('bulk create tickets');
  const response = await connect(TicketsService).bulkCreateTickets({
    ticketRequests: ticketRequests.map(({ ticketRequest, ticketSchema, annotations }) => ({
      annotations,
      ...(ticketRequest && { request: ticketRequest }),
      ...(ticketSchema && { schema: ticketSchema }),
    })),
  });
  return checkCount(TicketsServiceBulkCreateTicketsResponseSchema, response, ticketRequests.length);
};

export const handleBulkGetTickets: TaskHandler<TaskValues['bulkGetTickets']> = async (
  { ticketRequests },
  { connect },
) => {
  if (ticketRequests.length === 0) return malformed('bulk get tickets');
  const response = await connect(TicketsService).bulkGetTickets({
    ticketRequests: ticketRequests.map(({ ticketId, annotations }) => ({ id: ticketId, annotations })),
  });
  return checkCount(TicketsServiceBulkGetTicketsResponseSchema, response, ticketRequests.length);
};

/** A failure of the connector is not reported, as by the Go runner. */
export const handleListTicketSchemas: TaskHandler<TaskValues['listTicketSchemas']> = async (_task, context) => {
  const { connect, logger } = context;
  const list: TicketSchema[] = [];
  const cycles = new PageCycles();
  try {
    let pageToken = '';
    do {
      const page = await connect(TicketsService).listTicketSchemas({ pageToken });
      cycles.check({ id: 'ticket schemas', pageToken }, page.nextPageToken);
      list.push(...page.list);
      pageToken = page.nextPageToken;
    } while (pageToken !== '' && list.length < schemasMax);
  } catch (error) {
    return unreportedUnlessFinal(error);
  }
  if (list.length === 0) {
    return failed(new ServiceError(Code.NotFound, 'the connector has no ticket schemas', { reason: 'no_schemas' }));
  }
  if (list.length > schemasMax) logger.info({ ignored: list.length - schemasMax }, 'too many ticket schemas to send');
  const response = create(TicketsServiceListTicketSchemasResponseSchema, { list: list.slice(0, schemasMax) });
  return succeeded(TicketsServiceListTicketSchemasResponseSchema, response);
};

/** A success if `response` holds `count` tickets: ConductorOne matches them with its requests by position. */
function checkCount<Desc extends DescMessage>(
  schema: Desc,
  response: MessageShape<Desc> & { readonly tickets: readonly unknown[] },
  count: number,
): TaskOutcome {
  if (response.tickets.length === count) return succeeded(schema, response);
  const message = `the connector returned ${response.tickets.length} tickets for ${count} requests`;
  return failedForGood(new ServiceError(Code.Internal, message, { reason: 'wrong_ticket_count' }));
}

/** One annotation of each type; where both lists have one, that of `winning` (pkg/annotations of baton-sdk v0.25.0). */
function mergeAnnotations(list: readonly Any[], winning: readonly Any[]): Any[] {
  const merged = new Map(list.map((any) => [any.typeUrl, any]));
  for (const any of winning) merged.set(any.typeUrl, any);
  return [...merged.values()];
}
