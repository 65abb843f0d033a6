// Each type of task: what the connector is asked, and what ConductorOne is told.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type Any, anyPack, anyUnpack, EmptySchema, StringValueSchema } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { z } from 'zod';
import { ActionService, BatonActionStatus } from '#gen/c1/connector/v2/action_pb.js';
import { EventService } from '#gen/c1/connector/v2/event_feed_pb.js';
import { GrantManagerService } from '#gen/c1/connector/v2/grant_pb.js';
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceManagerService,
} from '#gen/c1/connector/v2/resource_pb.js';
import { TicketsService, TicketsServiceListTicketSchemasResponseSchema } from '#gen/c1/connector/v2/ticket_pb.js';
import type {
  BatonServiceFinishTaskRequest,
  BatonServiceHelloRequest,
  TaskSchema,
} from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { action } from '../../../../src/baton/author/action.ts';
import { ServiceError } from '../../../../src/baton/author/service-error.ts';
import { createConnectorServices } from '../../../../src/baton/services/connector-services.ts';
import { type ServiceEntry, serviceEntry } from '../../../../src/baton/services/service-entry.ts';
import { startService } from '../start-service.ts';

type TaskType = NonNullable<MessageInitShape<typeof TaskSchema>['taskType']>;

const note = (value: string) => anyPack(StringValueSchema, create(StringValueSchema, { value }));
const id = { resourceType: 'user', resource: 'u1' };
const entitlement = { id: 'course:c1:member', resource: { id: { resourceType: 'course', resource: 'c1' } } };
const principal = { id };
const encryptionConfigs = [{ keyId: 'k1' }];

/** Services that can do everything, and answer with what they were asked. */
function ableServices(asked: unknown[]): ServiceEntry[] {
  const answer =
    <Answer>(value: Answer) =>
    (request: unknown) => {
      asked.push(request);
      return value;
    };
  const annotations = [anyPack(EmptySchema, create(EmptySchema))];
  return [
    serviceEntry(GrantManagerService, {
      grant: answer({ grants: [{ id: 'g1' }], annotations }),
      revoke: answer({ annotations }),
    }),
    serviceEntry(AccountManagerService, {
      createAccount: answer({ result: { case: 'success', value: { isCreateAccountResult: true } }, annotations }),
    }),
    serviceEntry(ResourceManagerService, {
      createResource: answer({ created: { id }, annotations }),
      deleteResource: answer({ annotations }),
    }),
    serviceEntry(CredentialManagerService, {
      rotateCredential: answer({ resourceId: id, annotations }),
      issueCredential: answer({ annotations }),
    }),
    serviceEntry(TicketsService, {
      createTicket: answer({ ticket: { id: 't1' }, annotations: [note('of the connector')] }),
      getTicket: answer({ ticket: { id: 't1' }, annotations: [note('of the connector')] }),
      bulkCreateTickets: answer({ tickets: [{ ticket: { id: 't1' } }, { ticket: { id: 't2' } }] }),
      bulkGetTickets: answer({ tickets: [{ ticket: { id: 't1' } }] }),
      listTicketSchemas: ({ pageToken }) => {
        asked.push(pageToken);
        return { list: Array.from({ length: 60 }, () => ({ id: 's' })), nextPageToken: `${pageToken}+` };
      },
    }),
    serviceEntry(ActionService, {
      listActionSchemas: answer({ schemas: [{ name: 'a1' }] }),
      getActionSchema: answer({ schema: { name: 'a1' } }),
      invokeAction: answer({ id: 'i1', status: BatonActionStatus.RUNNING }),
      getActionStatus: answer({ id: 'i1', status: BatonActionStatus.COMPLETE }),
    }),
    serviceEntry(EventService, {
      listEventFeeds: answer({ list: [{ id: 'f1' }], annotations }),
      listEvents: answer({ events: [{ id: 'e1' }], cursor: 'c2', hasMore: true, annotations }),
    }),
  ];
}

async function doTask(t: TestContext, services: readonly ServiceEntry[], taskType: TaskType) {
  const { conductorone } = await startService(t, { services });
  const taskId = conductorone.tasks.add(taskType);
  return { taskId, report: await conductorone.tasks.finished(taskId) };
}

function responseOf({ finalState }: BatonServiceFinishTaskRequest): Any {
  if (finalState.case !== 'success' || !finalState.value.response) assert.fail('there is no answer');
  return finalState.value.response;
}

const supported: Record<string, { task: TaskType; request?: object; annotations?: number }> = {
  grant: { task: { case: 'grant', value: { entitlement, principal } }, annotations: 1 },
  revoke: { task: { case: 'revoke', value: { grant: { id: 'g1', entitlement, principal } } }, annotations: 1 },
  create_account: { task: { case: 'createAccount', value: { accountInfo: { login: 'ann' } } }, annotations: 1 },
  create_resource: { task: { case: 'createResource', value: { resource: { id } } }, annotations: 1 },
  delete_resource: { task: { case: 'deleteResource', value: { resourceId: id } }, annotations: 1 },
  rotate_credentials: { task: { case: 'rotateCredentials', value: { resourceId: id } }, annotations: 1 },
  issue_credential: {
    task: { case: 'issueCredential', value: { identityId: id, credentialOptions: {}, encryptionConfigs } },
    annotations: 1,
  },
  create_ticket: {
    task: { case: 'createTicketTask', value: { ticketRequest: { displayName: 'T' }, annotations: [note('task')] } },
    annotations: 1,
  },
  get_ticket: {
    task: { case: 'getTicket', value: { ticketId: 't1', annotations: [note('task')] } },
    annotations: 1,
  },
  bulk_create_tickets: { task: { case: 'bulkCreateTickets', value: { ticketRequests: [{}, {}] } } },
  bulk_get_tickets: { task: { case: 'bulkGetTickets', value: { ticketRequests: [{ ticketId: 't1' }] } } },
  list_ticket_schemas: { task: { case: 'listTicketSchemas', value: {} } },
  action_list_schemas: { task: { case: 'actionListSchemas', value: {} } },
  action_get_schema: { task: { case: 'actionGetSchema', value: { name: 'a1' } } },
  action_invoke: { task: { case: 'actionInvoke', value: { name: 'a1', args: { x: 1 } } } },
  action_status: { task: { case: 'actionStatus', value: { id: 'i1' } } },
  list_event_feeds: { task: { case: 'listEventFeeds', value: {} } },
  list_events: { task: { case: 'listEvents', value: { eventFeedId: 'f1', cursor: 'c1', pageSize: 7 } } },
};

for (const [name, { task, annotations = 0 }] of Object.entries(supported)) {
  test(`${name} asks the connector, and finishes with its answer`, async (t) => {
    const asked: unknown[] = [];
    const { report } = await doTask(t, ableServices(asked), task);
    assert.match(responseOf(report).typeUrl, /^type\.googleapis\.com\/c1\.connector\.v2\..*Response$/);
    assert.equal(report.status, undefined);
    assert.ok(asked.length > 0);
    assert.equal(report.finalState.value?.annotations.length, annotations);
  });
}

test('issue_credential sends the id of the task as the id of the request', async (t) => {
  const asked: { requestId?: string }[] = [];
  const { taskId } = await doTask(t, ableServices(asked), supported.issue_credential?.task as TaskType);
  assert.equal(asked[0]?.requestId, taskId);
});

test('list_ticket_schemas reads pages until there are 100 schemas, and sends no more', async (t) => {
  const asked: unknown[] = [];
  const { report } = await doTask(t, ableServices(asked), { case: 'listTicketSchemas', value: {} });
  assert.deepEqual(asked, ['', '+']);
  const response = anyUnpack(responseOf(report), TicketsServiceListTicketSchemasResponseSchema);
  assert.equal(response?.list.length, 100);
});

const changes = [
  'grant',
  'revoke',
  'create_account',
  'create_resource',
  'delete_resource',
  'rotate_credentials',
  'issue_credential',
] as const;
for (const name of changes) {
  test(`${name}, when the connector does not support it, fails for good with UNIMPLEMENTED`, async (t) => {
    const { report } = await doTask(t, [], supported[name]?.task as TaskType);
    assert.equal(report.status?.code, Code.Unimplemented);
    assert.deepEqual([report.finalState.case, nonRetryable(report)], ['error', true]);
  });
}

const faulty: Record<string, { task: TaskType; code: Code; final: boolean }> = {
  'grant without a principal': {
    task: { case: 'grant', value: { entitlement } },
    code: Code.InvalidArgument,
    final: true,
  },
  'revoke without a grant': { task: { case: 'revoke', value: {} }, code: Code.InvalidArgument, final: true },
  'create_account without an account': {
    task: { case: 'createAccount', value: {} },
    code: Code.InvalidArgument,
    final: true,
  },
  'create_resource without a resource': {
    task: { case: 'createResource', value: {} },
    code: Code.InvalidArgument,
    final: true,
  },
  'rotate_credentials without an id': {
    task: { case: 'rotateCredentials', value: {} },
    code: Code.InvalidArgument,
    final: true,
  },
  'issue_credential without encryption_configs': {
    task: { case: 'issueCredential', value: { identityId: id, credentialOptions: {} } },
    code: Code.InvalidArgument,
    final: true,
  },
  'create_ticket without a ticket': {
    task: { case: 'createTicketTask', value: {} },
    code: Code.InvalidArgument,
    final: true,
  },
  'bulk_create_tickets without requests': {
    task: { case: 'bulkCreateTickets', value: {} },
    code: Code.InvalidArgument,
    final: true,
  },
  'delete_resource without an id': {
    task: { case: 'deleteResource', value: {} },
    code: Code.InvalidArgument,
    final: true,
  },
  'get_ticket without an id': { task: { case: 'getTicket', value: {} }, code: Code.InvalidArgument, final: true },
  'bulk_get_tickets with an answer too short': {
    task: { case: 'bulkGetTickets', value: { ticketRequests: [{}, {}] } },
    code: Code.Internal,
    final: true,
  },
  'action_invoke without a name': {
    task: { case: 'actionInvoke', value: {} },
    code: Code.InvalidArgument,
    final: true,
  },
  'action_get_schema without a name': {
    task: { case: 'actionGetSchema', value: {} },
    code: Code.InvalidArgument,
    final: true,
  },
  'action_status without an id': {
    task: { case: 'actionStatus', value: {} },
    code: Code.InvalidArgument,
    final: true,
  },
  'event_feed, the former list_events': {
    task: { case: 'eventFeed', value: {} },
    code: Code.Unimplemented,
    final: true,
  },
  create_sync_diff: { task: { case: 'createSyncDiff', value: {} }, code: Code.Unimplemented, final: true },
  compact_syncs: { task: { case: 'compactSyncs', value: {} }, code: Code.Unimplemented, final: true },
  'a type that is not known': { task: { case: undefined }, code: Code.Unknown, final: false },
};
for (const [name, { task, code, final }] of Object.entries(faulty)) {
  test(`${name} fails ${final ? 'for good' : 'for now'}`, async (t) => {
    const { report } = await doTask(t, ableServices([]), task);
    assert.deepEqual([report.status?.code, nonRetryable(report)], [code, final]);
  });
}

const failing = (code: Code) => () => {
  throw new ServiceError(code, 'no', { reason: 'test' });
};

for (const [code, final] of [
  [Code.Unavailable, false],
  [Code.DeadlineExceeded, false],
  [Code.Internal, true],
  [Code.Unauthenticated, true],
  [Code.FailedPrecondition, true],
] as const) {
  for (const name of changes) {
    test(`${name} that fails with ${Code[code]} fails ${final ? 'for good' : 'for now'}`, async (t) => {
      const fail = failing(code);
      const services = [
        serviceEntry(GrantManagerService, { grant: fail, revoke: fail }),
        serviceEntry(AccountManagerService, { createAccount: fail }),
        serviceEntry(ResourceManagerService, { createResource: fail, deleteResource: fail }),
        serviceEntry(CredentialManagerService, { rotateCredential: fail, issueCredential: fail }),
      ];
      const { report } = await doTask(t, services, supported[name]?.task as TaskType);
      assert.deepEqual([report.status?.code, nonRetryable(report)], [code, final]);
    });
  }
}

for (const [code, final] of [
  [Code.Unavailable, false],
  [Code.Internal, false],
  [Code.InvalidArgument, true],
  [Code.NotFound, true],
] as const) {
  test(`an action that fails with ${Code[code]}, at once or in its answer, fails ${final ? 'for good' : 'for now'}`, async (t) => {
    const thrown = [serviceEntry(ActionService, { invokeAction: failing(code) })];
    const run = async () => failing(code)();
    const told = createConnectorServices(
      {
        metadata: { displayName: 'one action' },
        resourceTypes: [],
        actions: [action({ name: 'a1' }, z.object({}), run)],
      },
      { provisioning: true, ticketing: false, retries: { attemptsMax: 1, delayMinMs: 0, delayMaxMs: 0 } },
    );
    for (const services of [thrown, told]) {
      const { report } = await doTask(t, services, { case: 'actionInvoke', value: { name: 'a1' } });
      assert.deepEqual([report.status?.code, report.status?.message, nonRetryable(report)], [code, 'no', final]);
    }
  });
}

const queries: TaskType[] = [
  { case: 'listEvents', value: { eventFeedId: 'f1', cursor: 'none' } },
  { case: 'listEventFeeds', value: {} },
  { case: 'listTicketSchemas', value: {} },
];
for (const task of queries) {
  test(`${task.case} is reported when its failure is final`, async (t) => {
    const fail = failing(Code.InvalidArgument);
    const services = [
      serviceEntry(EventService, { listEvents: fail, listEventFeeds: fail }),
      serviceEntry(TicketsService, { listTicketSchemas: fail }),
    ];
    const { report } = await doTask(t, services, task);
    assert.deepEqual([report.status?.code, nonRetryable(report)], [Code.InvalidArgument, true]);
  });
}

test('an action that failed at once fails its task with the text that it left', async (t) => {
  const invokeAction = () => ({ status: BatonActionStatus.FAILED, response: { error: 'no such course' } });
  const services = [serviceEntry(ActionService, { invokeAction })];
  const { report } = await doTask(t, services, { case: 'actionInvoke', value: { name: 'a1' } });
  assert.deepEqual([report.status?.code, report.status?.message], [Code.Unknown, 'no such course']);
});

test('code, text and details of an error reach ConductorOne', async (t) => {
  const grant = () => {
    const value = create(StringValueSchema, { value: 'why' });
    throw new ServiceError(Code.FailedPrecondition, 'no seats left', {
      reason: 'full',
      details: [{ desc: StringValueSchema, value }],
    });
  };
  const { report } = await doTask(t, [serviceEntry(GrantManagerService, { grant })], supported.grant?.task as TaskType);
  assert.deepEqual([report.status?.code, report.status?.message], [Code.FailedPrecondition, 'no seats left']);
  const [detail] = report.status?.details ?? [];
  assert.equal(detail && anyUnpack(detail, StringValueSchema)?.value, 'why');
});

test('a crash ends the task with INTERNAL and a fixed text, and the next task is done', async (t) => {
  const grant = () => {
    throw new TypeError('secret internals');
  };
  const { conductorone, log } = await startService(t, { services: [serviceEntry(GrantManagerService, { grant })] });
  const crashed = conductorone.tasks.add(supported.grant?.task as TaskType);
  const { status } = await conductorone.tasks.finished(crashed);
  assert.deepEqual([status?.code, status?.message], [Code.Internal, 'Internal Server Error']);
  assert.ok(log.some((line) => line.includes('secret internals')));
  const next = conductorone.tasks.add({ case: 'actionListSchemas', value: {} });
  assert.equal((await conductorone.tasks.finished(next)).finalState.case, 'success');
});

test('hello is answered by a Hello with its id, and by nothing else', async (t) => {
  const { conductorone } = await startService(t);
  const taskId = conductorone.tasks.add({ case: 'hello', value: {} });
  const hellos = await conductorone.calls.waitFor('Hello', 2);
  assert.deepEqual(
    hellos.map(({ request }) => (request as BatonServiceHelloRequest).taskId),
    ['', taskId],
  );
  const next = conductorone.tasks.add({ case: 'actionListSchemas', value: {} });
  await conductorone.tasks.finished(next);
  assert.equal(conductorone.calls.named('FinishTask').length, 1);
});

for (const task of ['listTicketSchemas', 'listEvents', 'listEventFeeds'] as const) {
  test(`${task} is not reported when the connector fails`, async (t) => {
    const refuse = () => {
      throw new ServiceError(Code.Unavailable, 'away', { reason: 'away' });
    };
    const { conductorone, log } = await startService(t, {
      services: [
        serviceEntry(TicketsService, { listTicketSchemas: refuse }),
        serviceEntry(EventService, { listEvents: refuse, listEventFeeds: refuse }),
      ],
      concurrency: 1,
    });
    conductorone.tasks.add({ case: task, value: {} });
    await conductorone.tasks.finished(conductorone.tasks.add({ case: 'actionListSchemas', value: {} }));
    assert.equal(conductorone.calls.named('FinishTask').length, 1);
    assert.ok(log.some((line) => line.includes('not reported')));
  });
}

test('list_ticket_schemas ends when the page token repeats, even without schemas', async (t) => {
  const asked: string[] = [];
  const listTicketSchemas = ({ pageToken }: { readonly pageToken: string }) => {
    asked.push(pageToken);
    // Without the check, the test fails instead of running forever.
    return { nextPageToken: asked.length > 20 ? '' : 'same' };
  };
  const { conductorone, log } = await startService(t, {
    services: [serviceEntry(TicketsService, { listTicketSchemas })],
    concurrency: 1,
  });
  conductorone.tasks.add({ case: 'listTicketSchemas', value: {} });
  await conductorone.tasks.finished(conductorone.tasks.add({ case: 'actionListSchemas', value: {} }));
  assert.deepEqual(asked, ['', 'same']);
  assert.ok(log.some((line) => line.includes('the connector returned the same page token again')));
});

function nonRetryable({ finalState }: BatonServiceFinishTaskRequest): boolean | undefined {
  return finalState.case === 'error' ? finalState.value.nonRetryable : undefined;
}
