// The spans and the duration of a task, with the names of the Go runner (pkg/tasks/c1api of baton-sdk v0.25.0).
import type { Task } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { inSpan, measure } from '../../instruments/telemetry.ts';
import type { TaskType } from './task-context.ts';
import type { TaskOutcome } from './task-outcome.ts';

/** The handlers of Go: those that have a name of their own there, and no span there if they have none. */
const handlerNames: Readonly<Partial<Record<TaskType, string>>> = {
  hello: 'helloTaskHandler',
  syncFull: 'fullSyncTaskHandler',
  grant: 'grantTaskHandler',
  revoke: 'revokeTaskHandler',
  createAccount: 'createAccountTaskHandler',
  createResource: 'createResourceTaskHandler',
  deleteResource: 'deleteResourceTaskHandler',
  rotateCredentials: 'rotateCredentialsTaskHandler',
  issueCredential: 'issueCredentialTaskHandler',
  createTicketTask: 'createTicketTaskHandler',
  getTicket: 'getTicketTaskHandler',
  bulkCreateTickets: 'bulkCreateTicketTaskHandler',
  bulkGetTickets: 'bulkGetTicketTaskHandler',
  listTicketSchemas: 'listTicketSchemasTaskHandler',
  actionListSchemas: 'actionListSchemasTaskHandler',
  actionGetSchema: 'actionGetSchemaTaskHandler',
  actionInvoke: 'actionInvokeTaskHandler',
  actionStatus: 'actionStatusTaskHandler',
  listEventFeeds: 'listEventFeedsHandler',
  listEvents: 'listEventHandler',
};

/** Does everything about a task in a trace of its own. */
export async function traceTask(task: Task, work: () => Promise<void>): Promise<void> {
  const attributes = { task_id: task.id, task_type: nameType(task) };
  await inSpan('c1ApiTaskManager.Process', { start: 'root', attributes }, work);
}

/** Measures the work of a task, without the report of its end, and does it within the span of its handler. */
export async function observeHandler(task: Task, handle: () => Promise<TaskOutcome>): Promise<TaskOutcome> {
  const startedAtMs = performance.now();
  const type = nameType(task);
  const outcome = await inSpan(`${findHandlerName(task)}.HandleTask`, {}, async (span) => {
    const outcome = await handle();
    // Reported, and so not thrown.
    if (outcome.kind !== 'succeeded' && outcome.error !== undefined) span.fail(outcome.error);
    return outcome;
  });
  measure('baton.task.duration', (performance.now() - startedAtMs) / 1000, {
    'baton.task.type': type,
    'baton.task.outcome': nameOutcome(outcome),
  });
  return outcome;
}

function nameOutcome(outcome: TaskOutcome): string {
  return outcome.kind === 'failed' && outcome.retryable ? 'failed, retryable' : outcome.kind;
}

function findHandlerName({ taskType }: Task): string {
  return (taskType.case && handlerNames[taskType.case]) ?? 'unsupportedTaskHandler';
}

function nameType({ taskType }: Task): string {
  return taskType.case ?? 'unknown';
}
