import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { Code, type ConnectError, createClient, createContextValues, createRouterTransport } from '@connectrpc/connect';
import { z } from 'zod';
import { ConstraintKind } from '#gen/c1/config/v1/config_pb.js';
import {
  ActionService,
  ActionType,
  type BatonActionSchemaSchema,
  BatonActionStatus,
} from '#gen/c1/connector/v2/action_pb.js';
import { BadRequestSchema } from '#gen/google/rpc/error_details_pb.js';
import { type Action, action, resourceIdArgument } from '../../../../src/baton/author/action.ts';
import { refusal, ServiceError } from '../../../../src/baton/author/service-error.ts';
import { createInProcessClient } from '../../../../src/baton/client/in-process-client.ts';
import { createLogger } from '../../../../src/baton/log/create-logger.ts';
import { loggerKey } from '../../../../src/baton/services/call-context.ts';
import { createConnectorServices } from '../../../../src/baton/services/connector-services.ts';
import { createLibrary } from '../../library-connector.ts';

const text = (name: string, isRequired = false) =>
  ({ name, isRequired, field: { case: 'stringField', value: {} } }) as const;

interface Ran {
  readonly args: unknown;
  readonly signal: AbortSignal;
}

/** An action that notes what it is asked. */
function remind(ran: Ran[] = []): Action {
  return action(
    {
      name: 'remind',
      arguments: [
        { name: 'reader', isRequired: true, field: { case: 'resourceIdField', value: {} } },
        text('subject'),
        text('body'),
        text('days'),
      ],
      constraints: [{ kind: ConstraintKind.REQUIRED_TOGETHER, fieldNames: ['subject', 'body'] }],
      returnTypes: [text('letter')],
    },
    z.strictObject({
      reader: resourceIdArgument('reader'),
      subject: z.string().optional(),
      body: z.string().optional(),
      days: z.string().regex(/^\d+$/, 'must be a number').optional(),
    }),
    async (args, { signal }) => {
      ran.push({ args, signal });
      return { letter: 'l1' };
    },
  );
}

const ann = { resource_type_id: 'reader', resource_id: 'r1' };

function clientOf(actions: readonly Action[], { provisioning = true, log = [] as string[] } = {}) {
  const services = createConnectorServices(
    { ...createLibrary().connector, actions },
    { provisioning, ticketing: false },
  );
  const sink = { write: (line: string) => void log.push(line) };
  const format = { level: 'info', format: 'json', paths: [], cwd: '.', secrets: [] } as const;
  const { logger } = createLogger({ ...format, stdout: sink, stderr: sink });
  const contextValues = createContextValues().set(loggerKey, logger);
  const stop = new AbortController();
  const client = createInProcessClient(ActionService, services, { contextValues, signal: stop.signal });
  return { client, services, log, stop };
}

const failsWith = (code: Code, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ServiceError);
  assert.equal(Code[error.code], Code[code]);
  assert.match(error.rawMessage, message);
  return true;
};

test('InvokeAction runs the action with parsed arguments, and answers its values with success', async () => {
  const ran: Ran[] = [];
  const { client } = clientOf([remind(ran)]);
  const answer = await client.invokeAction({ name: 'remind', args: { reader: ann, days: '3' } });
  assert.deepEqual(
    ran.map(({ args }) => args),
    [{ reader: 'r1', days: '3' }],
  );
  assert.equal(answer.name, 'remind');
  assert.equal(answer.status, BatonActionStatus.COMPLETE);
  assert.deepEqual(answer.response, { success: true, letter: 'l1' });
});

test('GetActionStatus tells the outcome in any process, and without provisioning', async () => {
  const { id } = await clientOf([remind()]).client.invokeAction({ name: 'remind', args: { reader: ann } });
  const elsewhere = clientOf([remind()], { provisioning: false }).client;
  const answer = await elsewhere.getActionStatus({ id });
  assert.deepEqual(
    [answer.id, answer.name, answer.status, answer.response],
    [id, 'remind', BatonActionStatus.COMPLETE, { success: true, letter: 'l1' }],
  );
});

test('GetActionStatus finds no id that is not one, nor one of an action that the connector does not have', async () => {
  const { id } = await clientOf([remind()]).client.invokeAction({ name: 'remind', args: { reader: ann } });
  const other = clientOf([]).client;
  await assert.rejects(async () => other.getActionStatus({ id }), failsWith(Code.NotFound, /not found$/));
  const { client } = clientOf([remind()]);
  const cut = client.getActionStatus({ id: id.slice(0, -1) });
  await assert.rejects(cut, failsWith(Code.NotFound, /^action id "a1\..*" not found$/));
});

test('over the wire, an outcome is the same as in the process', async () => {
  const { services } = clientOf([remind()]);
  const transport = createRouterTransport((router) => {
    for (const { desc, implementation } of services) router.service(desc, implementation);
  });
  const client = createClient(ActionService, transport);
  const { id } = await client.invokeAction({ name: 'remind', args: { reader: ann } });
  assert.deepEqual((await client.getActionStatus({ id })).response, { success: true, letter: 'l1' });
});

test('an action that fails is an answer with its error, and its status tells it again', async () => {
  const failing = action({ name: 'fail' }, z.object({}), async () => {
    throw refusal('reader r1 must not be reminded', 'refused');
  });
  const { client } = clientOf([failing]);
  const answer = await client.invokeAction({ name: 'fail' });
  assert.equal(answer.status, BatonActionStatus.FAILED);
  assert.deepEqual(answer.response, { success: false, error: 'reader r1 must not be reminded' });
  const status = await client.getActionStatus({ id: answer.id });
  assert.deepEqual([status.status, status.response], [answer.status, answer.response]);
});

test('what nobody foresaw is told in the log alone', async () => {
  const failing = action({ name: 'fail' }, z.object({}), async () => {
    throw new TypeError('secret internals');
  });
  const { client, log } = clientOf([failing]);
  const { status, response } = await client.invokeAction({ name: 'fail' });
  assert.deepEqual([status, response?.error], [BatonActionStatus.FAILED, 'Internal Server Error']);
  assert.match(log.join(''), /secret internals/);
});

test('a call that is cancelled aborts the action and fails itself', async () => {
  const started = Promise.withResolvers<void>();
  const endless = action({ name: 'wait' }, z.object({}), async (_args, { signal }) => {
    started.resolve();
    const aborted = Promise.withResolvers<never>();
    signal.addEventListener('abort', () => aborted.reject(signal.reason));
    return await aborted.promise;
  });
  const { client, stop } = clientOf([endless]);
  const call = client.invokeAction({ name: 'wait' });
  call.catch(() => {});
  await started.promise;
  const reason = new ServiceError(Code.Canceled, 'the caller went away', { reason: 'gone' });
  stop.abort(reason);
  await assert.rejects(call, reason);
});

test('nothing runs without provisioning, but unknown actions are NOT_FOUND even so', async () => {
  const ran: Ran[] = [];
  const { client } = clientOf([remind(ran)], { provisioning: false });
  const known = client.invokeAction({ name: 'remind', args: { reader: ann } });
  await assert.rejects(
    known,
    failsWith(
      Code.FailedPrecondition,
      /^provisioning is not enabled: start the connector with --provisioning \(BATON_PROVISIONING=true\)/,
    ),
  );
  const unknown = client.invokeAction({ name: 'remimd' });
  await assert.rejects(unknown, failsWith(Code.NotFound, /^action "remimd" not found; did you mean remind\?$/));
  assert.equal(ran.length, 0);
});

for (const [what, args, message] of [
  ['an argument that the action does not take', { reader: ann, day: '1' }, /args\.day: unknown argument.*mean days\?/],
  ['a required argument left out', {}, /args\.reader: is required/],
  ['a required argument that is null', { reader: null }, /args\.reader: is required/],
  ['arguments that go together given apart', { reader: ann, body: 'x' }, /args: subject and body must be set together/],
  ['a value that the author refuses', { reader: ann, days: 'soon' }, /args\.days: must be a number/],
  [
    'a resource of another type',
    { reader: { resource_type_id: 'book', resource_id: 'b1' } },
    /args\.reader: must be a reader: its id, or /,
  ],
] as const) {
  test(`${what} is INVALID_ARGUMENT, and nothing runs`, async () => {
    const ran: Ran[] = [];
    const { client } = clientOf([remind(ran)]);
    const call = client.invokeAction({ name: 'remind', args });
    await assert.rejects(call, failsWith(Code.InvalidArgument, message));
    await assert.rejects(call, (error: ConnectError) => {
      const [detail] = error.findDetails(BadRequestSchema);
      return detail?.fieldViolations[0]?.field.startsWith('args') ?? false;
    });
    assert.equal(ran.length, 0);
  });
}

test('all that is wrong is told at once', async () => {
  const call = clientOf([remind()]).client.invokeAction({ name: 'remind', args: { colour: 'red', body: 'x' } });
  await assert.rejects(call, failsWith(Code.InvalidArgument, /args\.colour:.*args\.reader:.*args: subject and body/));
});

test('a null is an argument that is not given', async () => {
  const ran: Ran[] = [];
  const { client } = clientOf([remind(ran)]);
  await client.invokeAction({ name: 'remind', args: { reader: ann, subject: null, body: null } });
  assert.deepEqual(ran[0]?.args, { reader: 'r1' });
});

const kinds: Record<
  string,
  readonly [ConstraintKind, readonly (readonly [given: string, message: RegExp | undefined])[]]
> = {
  'required together': [
    ConstraintKind.REQUIRED_TOGETHER,
    [
      ['', undefined],
      ['a b', undefined],
      ['a', /a and b must be set together/],
    ],
  ],
  'mutually exclusive': [
    ConstraintKind.MUTUALLY_EXCLUSIVE,
    [
      ['', undefined],
      ['a', undefined],
      ['a b', /a and b are mutually exclusive/],
    ],
  ],
  'at least one': [
    ConstraintKind.AT_LEAST_ONE,
    [
      ['a', undefined],
      ['c', /at least one of a and b is required/],
    ],
  ],
  'dependent on': [
    ConstraintKind.DEPENDENT_ON,
    [
      ['c', undefined],
      ['a c', undefined],
      ['b', /b requires c/],
    ],
  ],
  unspecified: [ConstraintKind.UNSPECIFIED, [['a', undefined]]],
};
for (const [name, [kind, cases]] of Object.entries(kinds)) {
  test(`the constraint "${name}" is enforced`, async () => {
    const schema: MessageInitShape<typeof BatonActionSchemaSchema> & { name: string } = {
      name: 'act',
      arguments: ['a', 'b', 'c'].map((argument) => text(argument)),
      // A duplicate name counts once.
      constraints: [{ kind, fieldNames: ['a', 'b', 'a'], secondaryFieldNames: ['c'] }],
    };
    const { client } = clientOf([action(schema, z.looseObject({}), async () => ({}))]);
    for (const [given, message] of cases) {
      const args = Object.fromEntries(
        given
          .split(' ')
          .filter(Boolean)
          .map((argument) => [argument, 'x']),
      );
      const call = client.invokeAction({ name: 'act', args });
      await (message ? assert.rejects(call, failsWith(Code.InvalidArgument, message)) : call);
    }
  });
}

const ofType = (name: string, resourceTypeId: string, ...actionType: ActionType[]): Action =>
  action({ name, resourceTypeId, actionType }, z.object({}), async () => ({ of: resourceTypeId }));

test('actions of a resource type are found with it alone, and GetActionSchema finds those of the connector', async () => {
  const { client } = clientOf([ofType('rename', 'book'), ofType('rename', 'reader'), ofType('close', '')]);
  const names = async (resourceTypeId: string) =>
    (await client.listActionSchemas({ resourceTypeId })).schemas.map(
      (schema) => `${schema.resourceTypeId} ${schema.name}`,
    );
  assert.deepEqual(await names(''), ['book rename', 'reader rename', ' close']);
  assert.deepEqual(await names('book'), ['book rename']);
  assert.deepEqual(await names('shelf'), []);
  assert.equal((await client.invokeAction({ name: 'rename', resourceTypeId: 'reader' })).response?.of, 'reader');
  await assert.rejects(
    client.invokeAction({ name: 'rename' }),
    failsWith(Code.NotFound, /"rename" not found; valid actions: close/),
  );
  assert.equal((await client.getActionSchema({ name: 'close' })).schema?.name, 'close');
  await assert.rejects(client.getActionSchema({ name: 'rename' }), failsWith(Code.NotFound, /not found/));
});

test('every schema tells that success is answered, and tells it once', async () => {
  const success = { name: 'success', description: 'mine', field: { case: 'boolField', value: {} } } as const;
  const own = action({ name: 'own', returnTypes: [success] }, z.object({}), async () => ({}));
  const { schemas } = await clientOf([remind(), own]).client.listActionSchemas({});
  const [first, second] = schemas.map((schema) =>
    schema.returnTypes.map(({ name, description }) => [name, description]),
  );
  assert.deepEqual(first, [
    ['success', 'Whether the action was done'],
    ['letter', ''],
  ]);
  assert.deepEqual(second, [['success', 'mine']]);
});

for (const [what, actions, message] of [
  ['two actions of one name', [ofType('a', ''), ofType('a', '')], /action "a": duplicate name/],
  ['an action without a name', [ofType('', '')], /action "": it has no name/],
  ['an action of a resource type that there is not', [ofType('a', 'shelf')], /resource type "shelf", which/],
  [
    'two actions of a resource type for one purpose',
    [ofType('a', 'reader', ActionType.ACCOUNT_ENABLE), ofType('b', 'reader', ActionType.ACCOUNT_ENABLE)],
    /action "b": another action of its resource type is of type ACCOUNT_ENABLE/,
  ],
  [
    'a duplicate argument',
    [action({ name: 'a', arguments: [text('x'), text('x')] }, z.object({}), async () => ({}))],
    /argument "x" has an empty or duplicate name/,
  ],
  [
    'a constraint about an argument that there is not',
    [action({ name: 'a', constraints: [{ fieldNames: ['x'] }] }, z.object({}), async () => ({}))],
    /a constraint names "x"/,
  ],
] as const) {
  test(`${what}: the connector does not start`, () => {
    assert.throws(() => clientOf(actions), message);
  });
}

test('actions of one name may belong to several resource types, and dynamic ones may share their purpose', () => {
  clientOf([ofType('a', 'reader', ActionType.DYNAMIC), ofType('b', 'reader', ActionType.DYNAMIC), ofType('a', 'book')]);
});
