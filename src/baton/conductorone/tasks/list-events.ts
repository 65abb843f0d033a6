// Task list_events: a page of events.
import { create } from '@bufbuild/protobuf';
import { EventService, ListEventsResponseSchema } from '#gen/c1/connector/v2/event_feed_pb.js';
import type { Task_ListEventsTask } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import type { TaskHandler } from './task-context.ts';
import { succeeded } from './task-outcome.ts';

/** The answer goes without its annotations, and a failure of the connector is not reported, as by the Go runner. */
export const handleListEvents: TaskHandler<Task_ListEventsTask> = async (task, { connect }) => {
  const { eventFeedId, startAt, cursor, pageSize } = task;
  try {
    const page = await connect(EventService).listEvents({
      eventFeedId,
      cursor,
      pageSize,
      ...(startAt && { startAt }),
    });
    const response = create(ListEventsResponseSchema, {
      events: page.events,
      cursor: page.cursor,
      hasMore: page.hasMore,
    });
    return succeeded(ListEventsResponseSchema, response);
  } catch (error) {
    return { kind: 'unreported', error };
  }
};
