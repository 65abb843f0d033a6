// Task list_ticket_schemas: which kinds of tickets there are.
import { create } from '@bufbuild/protobuf';
import {
  type TicketSchema,
  TicketsService,
  TicketsServiceListTicketSchemasResponseSchema,
} from '#gen/c1/connector/v2/ticket_pb.js';
import type { Task_ListTicketSchemasTask } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { Code, ServiceError } from '../../author/service-error.ts';
import type { TaskHandler } from './task-context.ts';
import { failed, succeeded } from './task-outcome.ts';

/** More are not asked for (pkg/tasks/c1api of baton-sdk v0.25.0). */
const schemasMax = 100;

/** A failure of the connector is not reported, as by the Go runner. */
export const handleListTicketSchemas: TaskHandler<Task_ListTicketSchemasTask> = async (_task, { connect, logger }) => {
  const list: TicketSchema[] = [];
  try {
    let pageToken = '';
    do {
      const page = await connect(TicketsService).listTicketSchemas({ pageToken });
      list.push(...page.list);
      pageToken = page.nextPageToken;
    } while (pageToken !== '' && list.length < schemasMax);
  } catch (error) {
    return { kind: 'unreported', error };
  }
  if (list.length === 0) {
    return failed(new ServiceError(Code.NotFound, 'the connector has no ticket schemas', { reason: 'no_schemas' }));
  }
  if (list.length > schemasMax) logger.info({ ignored: list.length - schemasMax }, 'more ticket schemas than are sent');
  const response = create(TicketsServiceListTicketSchemasResponseSchema, { list: list.slice(0, schemasMax) });
  return succeeded(TicketsServiceListTicketSchemasResponseSchema, response);
};
