// Task list_event_feeds: which feeds of events there are.
import { create } from '@bufbuild/protobuf';
import { EventService, ListEventFeedsResponseSchema } from '#gen/c1/connector/v2/event_feed_pb.js';
import type { Task_ListEventFeedsTask } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import type { TaskHandler } from './task-context.ts';
import { succeeded } from './task-outcome.ts';

/** The answer goes without its annotations, and a failure of the connector is not reported, as by the Go runner. */
export const handleListEventFeeds: TaskHandler<Task_ListEventFeedsTask> = async (_task, { connect }) => {
  try {
    const { list } = await connect(EventService).listEventFeeds({});
    return succeeded(ListEventFeedsResponseSchema, create(ListEventFeedsResponseSchema, { list }));
  } catch (error) {
    return { kind: 'unreported', error };
  }
};
