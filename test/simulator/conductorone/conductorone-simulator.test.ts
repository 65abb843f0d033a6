// The simulated ConductorOne itself, called without any of the connector's code.
import assert from 'node:assert/strict';
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { BatonService } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { TaskBoard } from '../../../src/simulator/conductorone/task-board.ts';
import { type StartedConductorOne, startConductorOne } from './start-conductorone.ts';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function createAssertion(
  { clientId, clientSecret }: StartedConductorOne,
  changed: { header?: object; claims?: object },
) {
  const iat = Math.floor(Date.now() / 1000);
  const header = { alg: 'EdDSA', nonce: '0123456789abcdef0123456789abcdef', ...changed.header };
  const claims = {
    ...{ iss: clientId, sub: clientId, aud: '127.0.0.1', iat, nbf: iat - 120, exp: iat + 120 },
    ...changed.claims,
  };
  const data = `${encode(header)}.${encode(claims)}`;
  const jwk = JSON.parse(Buffer.from(clientSecret.split(':')[3] ?? '', 'base64url').toString());
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  return `${data}.${sign(null, Buffer.from(data), key).toString('base64url')}`;
}

async function askToken(conductorone: StartedConductorOne, changed: Record<string, string> = {}) {
  const body = new URLSearchParams({
    client_assertion: createAssertion(conductorone, {}),
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_id: conductorone.clientId,
    grant_type: 'client_credentials',
    ...changed,
  });
  const url = `https://${conductorone.host}/auth/v1/token`;
  const sent = request(url, { method: 'POST', ca: conductorone.certificate, agent: false }).end(body.toString());
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: answer.statusCode, body: JSON.parse(await text(answer)) };
}

async function connect(t: TestContext, conductorone: StartedConductorOne) {
  const { body } = await askToken(conductorone);
  const transport = createGrpcTransport({
    baseUrl: `https://${conductorone.host}`,
    nodeOptions: { ca: conductorone.certificate },
    interceptors: [
      (next) => (call) => {
        call.header.set('authorization', `Bearer ${body.access_token}`);
        return next(call);
      },
    ],
  });
  t.after(() => conductorone.drop());
  return createClient(BatonService, transport);
}

test('it gives a token for a right assertion', async (t) => {
  const { status, body } = await askToken(await startConductorOne(t, { tokenLifetimeSeconds: 77 }));
  assert.deepEqual([status, body.token_type, body.expires_in], [200, 'Bearer', 77]);
});

const now = Math.floor(Date.now() / 1000);
for (const [what, changed] of [
  ['another algorithm', { header: { alg: 'HS256' } }],
  ['no nonce', { header: { nonce: undefined } }],
  ['a key id', { header: { kid: 'k' } }],
  ['another issuer', { claims: { iss: 'x' } }],
  ['another subject', { claims: { sub: 'x' } }],
  ['another audience', { claims: { aud: 'x' } }],
  ['a list of audiences', { claims: { aud: ['127.0.0.1'] } }],
  ['a claim more', { claims: { jti: 'x' } }],
  ['a longer life', { claims: { exp: now + 600 } }],
  ['a later begin', { claims: { nbf: now } }],
  ['a wrong clock', { claims: { iat: now - 600, nbf: now - 720, exp: now - 480 } }],
] as const) {
  test(`it refuses an assertion with ${what}`, async (t) => {
    const conductorone = await startConductorOne(t);
    const answer = await askToken(conductorone, { client_assertion: createAssertion(conductorone, changed) });
    assert.equal(answer.status, 401);
  });
}

test('it refuses another key, and other words in the form', async (t) => {
  const conductorone = await startConductorOne(t);
  const other = await startConductorOne(t);
  const forged = createAssertion({ ...other, clientId: conductorone.clientId }, {});
  for (const changed of [
    { client_assertion: forged },
    { client_assertion: 'x' },
    { client_id: 'x' },
    { grant_type: 'password' },
    { client_assertion_type: 'x' },
  ]) {
    assert.equal((await askToken(conductorone, changed)).status, 401, Object.keys(changed)[0]);
  }
});

test('it lets in no call without a valid token, and none that breaks the rules of the contract', async (t) => {
  const conductorone = await startConductorOne(t);
  const client = await connect(t, conductorone);
  await client.getTask({ hostId: 'h' });
  const codeOf = (call: Promise<unknown>) =>
    call.then(
      () => undefined,
      (error) => ConnectError.from(error).code,
    );
  assert.equal(await codeOf(client.getTask({})), Code.InvalidArgument);
  assert.equal(await codeOf(client.hello({ hostId: 'h' })), Code.InvalidArgument);
  assert.equal(await codeOf(client.heartbeat({ hostId: 'h', taskId: 'A'.repeat(27) })), Code.NotFound);
  conductorone.tokens.revokeAll();
  assert.equal(await codeOf(client.getTask({ hostId: 'h' })), Code.Unauthenticated);
});

test('it keeps an upload only if it is whole, in order and what its checksum says', async (t) => {
  const conductorone = await startConductorOne(t);
  const client = await connect(t, conductorone);
  const taskId = conductorone.tasks.add({ case: 'syncFull', value: {} });
  const data = new Uint8Array([1, 2, 3]);
  const metadata = { msg: { case: 'metadata', value: { hostId: 'h', taskId } } } as const;
  const chunk = { msg: { case: 'data', value: { data } } } as const;
  const eof = (of: Uint8Array) =>
    ({ msg: { case: 'eof', value: { sha256Checksum: createHash('sha256').update(of).digest() } } }) as const;
  const send = (...messages: (typeof metadata | typeof chunk | ReturnType<typeof eof>)[]) =>
    client.uploadAsset(
      (async function* () {
        yield* messages;
      })(),
    );
  for (const wrong of [
    [metadata, chunk],
    [chunk, eof(data)],
    [metadata, metadata, chunk, eof(data)],
    [metadata, chunk, eof(new Uint8Array([9]))],
    [metadata, chunk, eof(data), chunk],
  ]) {
    await assert.rejects(send(...wrong), { code: Code.InvalidArgument });
  }
  assert.deepEqual(conductorone.uploads.all, []);
  await send(metadata, chunk, eof(data));
  assert.deepEqual(
    conductorone.uploads.of(taskId).map(({ bytes, chunks }) => ({ bytes, chunks })),
    [{ bytes: 3, chunks: [3] }],
  );
});

test('it hands out a task again that may be retried, or whose connector was silent, and knows it until it is finished', async (t) => {
  const conductorone = await startConductorOne(t, { retries: true, leaseMs: 1 });
  const client = await connect(t, conductorone);
  const { tasks } = conductorone;
  const taskId = tasks.add({ case: 'hello', value: {} });
  const take = async () => {
    let task = (await client.getTask({ hostId: 'h' })).task;
    while (!task) task = (await client.getTask({ hostId: 'h' })).task;
    return task.id;
  };
  assert.equal(await take(), taskId);
  // The lease ends.
  assert.equal(await take(), taskId);
  const failure = (nonRetryable: boolean) => ({ case: 'error', value: { nonRetryable } }) as const;
  await client.finishTask({ hostId: 'h', taskId, finalState: failure(false) });
  assert.equal(await take(), taskId);
  await client.finishTask({ hostId: 'h', taskId, finalState: failure(true) });
  await assert.rejects(client.finishTask({ hostId: 'h', taskId, finalState: failure(true) }), { code: Code.NotFound });
  await assert.rejects(client.heartbeat({ hostId: 'h', taskId }), { code: Code.NotFound });
  assert.equal(tasks.queuedCount, 0);
  assert.deepEqual(
    tasks.reports.map(({ finalState }) => finalState.case === 'error' && finalState.value.nonRetryable),
    [false, true],
  );
});

test('a heartbeat keeps a task', () => {
  let now = 0;
  const board = new TaskBoard({ leaseMs: 10 }, () => now);
  const id = board.add({ case: 'hello', value: {} });
  assert.deepEqual(
    board.take(1, []).map((task) => task.id),
    [id],
  );
  now = 9;
  board.renew(id);
  now = 18;
  assert.deepEqual(board.take(1, []), []);
  now = 19;
  assert.equal(board.take(1, []).length, 1);
});
