// The table of task types: the call of the connector that answers each, and how its end is reported. The reports are
// those of the Go runner (pkg/tasks/c1api of baton-sdk v0.25.0), except for which failures are final (task-outcome.ts), and
// `unsupported`.
import { create, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { type Any, anyUnpack } from '@bufbuild/protobuf/wkt';
import {
  ActionService,
  BatonActionStatus,
  GetActionSchemaResponseSchema,
  GetActionStatusResponseSchema,
  type InvokeActionResponse,
  InvokeActionResponseSchema,
  ListActionSchemasResponseSchema,
} from '#gen/c1/connector/v2/action_pb.js';
import {
  EventService,
  ListEventFeedsResponseSchema,
  ListEventsResponseSchema,
} from '#gen/c1/connector/v2/event_feed_pb.js';
import {
  GrantManagerService,
  GrantManagerServiceGrantResponseSchema,
  GrantManagerServiceRevokeResponseSchema,
} from '#gen/c1/connector/v2/grant_pb.js';
import {
  AccountManagerService,
  CreateAccountResponseSchema,
  CreateResourceResponseSchema,
  CredentialManagerService,
  DeleteResourceResponseSchema,
  IssueCredentialResponseSchema,
  ResourceManagerService,
  RotateCredentialResponseSchema,
} from '#gen/c1/connector/v2/resource_pb.js';
import { StatusSchema } from '#gen/google/rpc/status_pb.js';
import { Code, ServiceError } from '../../author/service-error.ts';
import { handleSyncFull } from './sync-full.ts';
import type { TaskContext, TaskHandler, TaskType, TaskValues } from './task-context.ts';
import {
  failed,
  failedChange,
  failedForGood,
  failedSync,
  malformed,
  succeeded,
  type TaskOutcome,
  unreported,
  unreportedUnlessFinal,
} from './task-outcome.ts';
import {
  handleBulkCreateTickets,
  handleBulkGetTickets,
  handleCreateTicket,
  handleGetTicket,
  handleListTicketSchemas,
} from './ticket-tasks.ts';

const handlers: { readonly [Type in TaskType]: TaskHandler<TaskValues[Type]> } = {
  // The Hello carries the task's id and is the only answer.
  hello: (_task, { sayHello }) => sayHello().then(() => unreported(), unreported),
  syncFull: (sync, context) => handleSyncFull(sync, context).catch(failedSync),

  grant: change('grant', GrantManagerServiceGrantResponseSchema, ({ entitlement, principal }, { connect }) =>
    entitlement && principal ? connect(GrantManagerService).grant({ entitlement, principal }) : undefined,
  ),
  revoke: change('revoke', GrantManagerServiceRevokeResponseSchema, ({ grant }, { connect }) =>
    grant ? connect(GrantManagerService).revoke({ grant }) : undefined,
  ),
  createAccount: change('create account', CreateAccountResponseSchema, (task, { connect }) => {
    const { accountInfo, credentialOptions, encryptionConfigs, resourceTypeId } = task;
    if (!accountInfo) return undefined;
    return connect(AccountManagerService).createAccount({
      accountInfo,
      encryptionConfigs,
      resourceTypeId,
      ...(credentialOptions && { credentialOptions }),
    });
  }),
  createResource: change('create resource', CreateResourceResponseSchema, ({ resource }, { connect }) =>
    resource ? connect(ResourceManagerService).createResource({ resource }) : undefined,
  ),
  deleteResource: change('delete resource', DeleteResourceResponseSchema, (task, { connect }) => {
    const { resourceId, parentResourceId } = task;
    if (!resourceId?.resource || !resourceId.resourceType) return undefined;
    return connect(ResourceManagerService).deleteResource({
      resourceId,
      ...(parentResourceId && { parentResourceId }),
    });
  }),
  rotateCredentials: change('rotate credentials', RotateCredentialResponseSchema, (task, { connect }) => {
    const { resourceId, credentialOptions, encryptionConfigs } = task;
    if (!resourceId) return undefined;
    return connect(CredentialManagerService).rotateCredential({
      resourceId,
      encryptionConfigs,
      ...(credentialOptions && { credentialOptions }),
    });
  }),
  issueCredential: change('issue credential', IssueCredentialResponseSchema, (value, { task, connect }) => {
    const { identityId, credentialOptions, encryptionConfigs, expiresAt } = value;
    if (!identityId || !credentialOptions || encryptionConfigs.length === 0) return undefined;
    return connect(CredentialManagerService).issueCredential({
      identityId,
      credentialOptions,
      encryptionConfigs,
      // Lets the connector recognize a request that it has served already.
      requestId: task.id,
      ...(expiresAt && { expiresAt }),
    });
  }),

  createTicketTask: handleCreateTicket,
  getTicket: handleGetTicket,
  bulkCreateTickets: handleBulkCreateTickets,
  bulkGetTickets: handleBulkGetTickets,
  listTicketSchemas: handleListTicketSchemas,

  actionListSchemas: async ({ resourceTypeId, annotations }, { connect }) =>
    succeeded(
      ListActionSchemasResponseSchema,
      await connect(ActionService).listActionSchemas({ resourceTypeId, annotations }),
    ),
  actionGetSchema: async ({ name, annotations }, { connect }) => {
    if (name === '') return lacks('action name');
    return succeeded(
      GetActionSchemaResponseSchema,
      await connect(ActionService).getActionSchema({ name, annotations }),
    );
  },
  actionInvoke: async ({ name, args, annotations, resourceTypeId }, { connect }) => {
    if (name === '') return lacks('action name');
    const request = { name, annotations, resourceTypeId, ...(args && { args }) };
    const response = await connect(ActionService).invokeAction(request);
    return actionFailure(response) ?? succeeded(InvokeActionResponseSchema, response);
  },
  actionStatus: async ({ name, id, annotations }, { connect }) => {
    if (id === '') return lacks('action id');
    return succeeded(
      GetActionStatusResponseSchema,
      await connect(ActionService).getActionStatus({ name, id, annotations }),
    );
  },

  listEventFeeds: read(ListEventFeedsResponseSchema, async (_task, { connect }) => {
    const { list } = await connect(EventService).listEventFeeds({});
    return create(ListEventFeedsResponseSchema, { list });
  }),
  listEvents: read(ListEventsResponseSchema, async ({ eventFeedId, startAt, cursor, pageSize }, { connect }) => {
    const request = { eventFeedId, cursor, pageSize, ...(startAt && { startAt }) };
    const page = await connect(EventService).listEvents(request);
    return create(ListEventsResponseSchema, { events: page.events, cursor: page.cursor, hasMore: page.hasMore });
  }),

  none: unsupported('none'),
  // The former list_events, and work on several sync files: no Go connector does these either.
  eventFeed: unsupported('eventFeed'),
  createSyncDiff: unsupported('createSyncDiff'),
  compactSyncs: unsupported('compactSyncs'),
};

/** Runs a task. What it throws must be reported as by `failed`. */
export async function handleTask(context: TaskContext): Promise<TaskOutcome> {
  const { taskType } = context.task;
  if (taskType.case !== undefined) return handle(taskType.case, taskType.value, context);
  // Retryable: another replica may run a later version, which knows the type.
  const message = 'unsupported task type: this version does not know it';
  return failed(new ServiceError(Code.Unknown, message, { reason: 'unsupported_task_type' }));
}

function handle<Type extends TaskType>(type: Type, value: TaskValues[Type], context: TaskContext) {
  return handlers[type](value, context);
}

/**
 * A change in the application. The Go runner reports every failure as final, because a change may have been made anyway
 * and must not be made twice; here, a repetition finds what was made.
 * @param call - Returns undefined for a malformed task.
 */
function change<Value, Response extends DescMessage>(
  name: string,
  response: Response,
  call: (task: Value, context: TaskContext) => Promise<MessageShape<Response> & { annotations: Any[] }> | undefined,
): TaskHandler<Value> {
  return async (task, context) => {
    try {
      const message = await call(task, context);
      return message ? succeeded(response, message, message.annotations) : malformed(name);
    } catch (error) {
      return failedChange(error);
    }
  };
}

/**
 * A query. As by the Go runner, its failure is not reported, unless it is final: otherwise ConductorOne would repeat, for
 * example, an invalid cursor for ever. Its response has no annotations.
 */
function read<Value, Response extends DescMessage>(
  response: Response,
  query: (task: Value, context: TaskContext) => Promise<MessageShape<Response>>,
): TaskHandler<Value> {
  return (task, context) => query(task, context).then((message) => succeeded(response, message), unreportedUnlessFinal);
}

/** An action task that lacks a name or id. */
function lacks(what: string): TaskOutcome {
  return failed(new ServiceError(Code.InvalidArgument, `${what} required`, { reason: 'malformed_task' }));
}

/**
 * An action that failed before the call returned fails its task, with the text in `error`, and the code in its annotations
 * if it has one.
 */
function actionFailure({ status, response, annotations }: InvokeActionResponse): TaskOutcome | undefined {
  if (status !== BatonActionStatus.FAILED) return undefined;
  const message = typeof response?.error === 'string' ? response.error : 'action failed';
  const [reported] = annotations.flatMap((any) => anyUnpack(any, StatusSchema)?.code ?? []);
  const code = Object.values(Code).find((each) => each === reported) ?? Code.Unknown;
  return failed(new ServiceError(code, message, { reason: 'action_failed' }));
}

/** The Go runner reports this as retryable, so that the task comes back forever only to be refused. */
function unsupported(type: string): TaskHandler<unknown> {
  const message = `unsupported task type: ${type}`;
  return async () => failedForGood(new ServiceError(Code.Unimplemented, message, { reason: 'unsupported_task_type' }));
}
