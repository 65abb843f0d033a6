// Tasks that change something, run actions or read events, done by the services of a connector that can do all of it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { create, type DescMessage, type MessageInitShape, type MessageShape } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import {
  BatonActionStatus,
  GetActionSchemaResponseSchema,
  GetActionStatusResponseSchema,
  InvokeActionResponseSchema,
  ListActionSchemasResponseSchema,
} from '#gen/c1/connector/v2/action_pb.js';
import { EntitlementSchema } from '#gen/c1/connector/v2/entitlement_pb.js';
import { ListEventFeedsResponseSchema, ListEventsResponseSchema } from '#gen/c1/connector/v2/event_feed_pb.js';
import { GrantManagerServiceGrantResponseSchema } from '#gen/c1/connector/v2/grant_pb.js';
import { ResourceSchema } from '#gen/c1/connector/v2/resource_pb.js';
import type { BatonServiceFinishTaskRequest, TaskSchema } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { createConnectorServices } from '../../../../src/baton/services/connector-services.ts';
import { temporaryFolder } from '../../c1z/temporary-folder.ts';
import { createLendingLibrary, type Library, readLibrary, writeLibrary } from '../../lending-library.ts';
import { startService } from '../start-service.ts';

type TaskType = NonNullable<MessageInitShape<typeof TaskSchema>['taskType']>;

/** A service of the library. Each has its own process memory, as far as the services are concerned. */
async function startLending(t: TestContext, path: string, provisioning = true) {
  const services = createConnectorServices(createLendingLibrary(path), { provisioning, ticketing: false });
  const { conductorone } = await startService(t, { services });
  return (taskType: TaskType) => conductorone.tasks.finished(conductorone.tasks.add(taskType));
}

async function libraryPath(t: TestContext, changes: Partial<Library> = {}): Promise<string> {
  const path = join(await temporaryFolder(t), 'library.json');
  writeLibrary(path, changes);
  return path;
}

function answerOf<Desc extends DescMessage>(
  desc: Desc,
  { finalState, status }: BatonServiceFinishTaskRequest,
): MessageShape<Desc> {
  assert.equal(status?.message, undefined);
  const response = finalState.case === 'success' ? finalState.value.response : undefined;
  const answer = response && anyUnpack(response, desc);
  return answer ?? assert.fail(`the answer is no ${desc.typeName}`);
}

const invoke = (args: NonNullable<object>): TaskType => ({
  case: 'actionInvoke',
  value: { name: 'remind', args: args as never },
});

const grant = (): TaskType => {
  const resource = create(ResourceSchema, { id: { resourceType: 'book', resource: 'b1' }, description: 'B1' });
  return {
    case: 'grant',
    value: {
      entitlement: create(EntitlementSchema, { id: 'book:b1:borrowed', resource }),
      principal: { id: { resourceType: 'reader', resource: 'r1' }, displayName: 'Bob' },
    },
  };
};

test('action tasks list, describe, run and tell the outcome, the last one at another replica', async (t) => {
  const path = await libraryPath(t);
  const doTask = await startLending(t, path);
  const { schemas } = answerOf(ListActionSchemasResponseSchema, await doTask({ case: 'actionListSchemas', value: {} }));
  assert.deepEqual(
    schemas.map(({ name }) => name),
    ['remind', 'mend'],
  );
  const described = await doTask({ case: 'actionGetSchema', value: { name: 'remind' } });
  assert.equal(answerOf(GetActionSchemaResponseSchema, described).schema?.displayName, 'Remind a reader');

  const { id, status } = answerOf(InvokeActionResponseSchema, await doTask(invoke({ reader: 'r1', text: 'soon' })));
  assert.equal(status, BatonActionStatus.COMPLETE);
  assert.deepEqual(readLibrary(path).reminders, ['r1: soon']);

  const askElsewhere = await startLending(t, path, false);
  const outcome = answerOf(GetActionStatusResponseSchema, await askElsewhere({ case: 'actionStatus', value: { id } }));
  assert.deepEqual([outcome.status, outcome.response], [BatonActionStatus.COMPLETE, { success: true, count: 1 }]);
});

test('an action that fails, or is asked for with the wrong arguments, fails its task with why', async (t) => {
  const doTask = await startLending(t, await libraryPath(t));
  const failed = await doTask(invoke({ reader: 'r7' }));
  assert.deepEqual([failed.status?.code, failed.status?.message], [Code.NotFound, 'there is no reader r7']);
  const refused = await doTask(invoke({ raeder: 'r1' }));
  assert.equal(refused.status?.code, Code.InvalidArgument);
  assert.match(refused.status?.message ?? '', /args\.raeder: unknown argument/);
  const unknown = await doTask({ case: 'actionStatus', value: { id: 'a1.nobody' } });
  assert.equal(unknown.status?.code, Code.NotFound);
});

test('event tasks list the feeds, and read one on from its cursor', async (t) => {
  const reminders = ['r1: a', 'r1: b', 'r1: c'];
  const doTask = await startLending(t, await libraryPath(t, { reminders }));
  const { list } = answerOf(ListEventFeedsResponseSchema, await doTask({ case: 'listEventFeeds', value: {} }));
  assert.deepEqual(
    list.map(({ id }) => id),
    ['reminders'],
  );
  const read = async (cursor: string) =>
    answerOf(
      ListEventsResponseSchema,
      await doTask({ case: 'listEvents', value: { eventFeedId: 'reminders', pageSize: 2, cursor } }),
    );
  const first = await read('');
  const second = await read(first.cursor);
  assert.deepEqual(
    [first, second].map(({ events, hasMore }) => [events.map(({ id }) => id), hasMore]),
    [
      [['e0', 'e1'], true],
      [['e2'], false],
    ],
  );
});

test('a grant is made', async (t) => {
  const path = await libraryPath(t);
  const doTask = await startLending(t, path);
  const { grants } = answerOf(GrantManagerServiceGrantResponseSchema, await doTask(grant()));
  assert.deepEqual([grants.map(({ id }) => id), readLibrary(path).books.b1], [['book:b1:borrowed:reader:r1'], 'r1']);
});

test('without provisioning, changes and actions are refused, and nothing is asked of the application', async (t) => {
  const path = await libraryPath(t);
  const doTask = await startLending(t, path, false);
  for (const task of [grant(), invoke({ reader: 'r1' })]) {
    const { status } = await doTask(task);
    assert.deepEqual(
      [status?.code, status?.message],
      [
        Code.FailedPrecondition,
        'provisioning is not enabled: start the connector with --provisioning (BATON_PROVISIONING=true) to permit changes',
      ],
      task.case,
    );
  }
  assert.deepEqual(readLibrary(path).asked, []);
});
