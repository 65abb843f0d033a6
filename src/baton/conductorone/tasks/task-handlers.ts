// Which handler does which type of task.
import { Code, ServiceError } from '../../author/service-error.ts';
import { handleBulkCreateTickets } from './bulk-create-tickets.ts';
import { handleBulkGetTickets } from './bulk-get-tickets.ts';
import { handleCreateAccount } from './create-account.ts';
import { handleCreateResource } from './create-resource.ts';
import { handleCreateTicket } from './create-ticket.ts';
import { handleDeleteResource } from './delete-resource.ts';
import { handleGetActionSchema } from './get-action-schema.ts';
import { handleGetActionStatus } from './get-action-status.ts';
import { handleGetTicket } from './get-ticket.ts';
import { handleGrant } from './grant.ts';
import { handleHello } from './hello-task.ts';
import { handleInvokeAction } from './invoke-action.ts';
import { handleIssueCredential } from './issue-credential.ts';
import { handleListActionSchemas } from './list-action-schemas.ts';
import { handleListEventFeeds } from './list-event-feeds.ts';
import { handleListEvents } from './list-events.ts';
import { handleListTicketSchemas } from './list-ticket-schemas.ts';
import { handleRevoke } from './revoke.ts';
import { handleRotateCredentials } from './rotate-credentials.ts';
import { handleSyncFull } from './sync-full.ts';
import type { TaskContext } from './task-context.ts';
import { failed, failedForGood, type TaskOutcome } from './task-outcome.ts';

/** Does a task by its type. */
export async function handleTask(context: TaskContext): Promise<TaskOutcome> {
  const { taskType } = context.task;
  switch (taskType.case) {
    case 'hello':
      return handleHello(taskType.value, context);
    case 'syncFull':
      return handleSyncFull(taskType.value, context);
    case 'grant':
      return handleGrant(taskType.value, context);
    case 'revoke':
      return handleRevoke(taskType.value, context);
    case 'createAccount':
      return handleCreateAccount(taskType.value, context);
    case 'createResource':
      return handleCreateResource(taskType.value, context);
    case 'deleteResource':
      return handleDeleteResource(taskType.value, context);
    case 'rotateCredentials':
      return handleRotateCredentials(taskType.value, context);
    case 'issueCredential':
      return handleIssueCredential(taskType.value, context);
    case 'createTicketTask':
      return handleCreateTicket(taskType.value, context);
    case 'getTicket':
      return handleGetTicket(taskType.value, context);
    case 'bulkCreateTickets':
      return handleBulkCreateTickets(taskType.value, context);
    case 'bulkGetTickets':
      return handleBulkGetTickets(taskType.value, context);
    case 'listTicketSchemas':
      return handleListTicketSchemas(taskType.value, context);
    case 'actionListSchemas':
      return handleListActionSchemas(taskType.value, context);
    case 'actionGetSchema':
      return handleGetActionSchema(taskType.value, context);
    case 'actionInvoke':
      return handleInvokeAction(taskType.value, context);
    case 'actionStatus':
      return handleGetActionStatus(taskType.value, context);
    case 'listEventFeeds':
      return handleListEventFeeds(taskType.value, context);
    case 'listEvents':
      return handleListEvents(taskType.value, context);
    case 'none':
    // Work for those who hold several sync files, and the first form of list_events: no Go connector does them either.
    case 'eventFeed':
    case 'createSyncDiff':
    case 'compactSyncs':
      return refuseForGood(taskType.case);
    case undefined:
      return refuseUnknown();
    default:
      return refuseForGood(taskType satisfies never);
  }
}

/** The Go runner lets such a task be handed out again and again; here too it would only be refused again. */
function refuseForGood(type: string): TaskOutcome {
  const error = new ServiceError(Code.Unimplemented, `unsupported task type: ${type}`, {
    reason: 'unsupported_task_type',
  });
  return failedForGood(error);
}

/** A later version may know the type, and another replica may be of it; so the failure is one that may pass. */
function refuseUnknown(): TaskOutcome {
  const message = 'unsupported task type: one that this version does not know';
  return failed(new ServiceError(Code.Unknown, message, { reason: 'unsupported_task_type' }));
}
