import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { Code, ConnectError } from '@connectrpc/connect';
import pino from 'pino';
import { ServiceError } from '../../../src/baton/author/service-error.ts';
import { connectToParentSessions } from '../../../src/baton/child/parent-sessions.ts';
import { mutualServer, tlsFixture } from '../server/tls-fixture.ts';
import { notOpen, startSessionServer } from './session-server.ts';

const syncId = '2ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const never = new AbortController().signal;
const text = (value: Uint8Array | undefined) => value && Buffer.from(value).toString();

function connect(t: TestContext, port: number, tls = mutualServer) {
  const lines: { readonly level: number; readonly msg: string }[] = [];
  const logger = pino({ level: 'debug' }, { write: (line) => lines.push(JSON.parse(line)) });
  const client = connectToParentSessions(port, tls, logger);
  t.after(() => client.close());
  return { client, store: client.of(syncId), lines };
}

test('a value that was set is found by every process, under its sync alone', async (t) => {
  const { port, calls } = await startSessionServer(t);
  const { client, store } = connect(t, port);
  assert.deepEqual(calls, []);
  assert.equal(await store.get('key', never), undefined);
  await store.set('key', Buffer.from('value'), never);
  assert.equal(text(await connect(t, port).store.get('key', never)), 'value');
  assert.equal(await client.of('2BBCDEFGHIJKLMNOPQRSTUVWXYZ').get('key', never), undefined);
});

test('an empty value is a value', async (t) => {
  const { store } = connect(t, (await startSessionServer(t)).port);
  await store.set('key', new Uint8Array(), never);
  assert.deepEqual(await store.get('key', never), new Uint8Array());
});

test('a sync is forgotten with all its values, and no other is', async (t) => {
  const session = await startSessionServer(t);
  const { client, store } = connect(t, session.port);
  await store.set('key', Buffer.from('value'), never);
  session.values.set('other/key', Buffer.from('value'));
  await client.clear(syncId, never);
  assert.deepEqual([...session.values.keys()], ['other/key']);
});

test('before the parent has opened its store there are no values, and setting one is no failure', async (t) => {
  const session = await startSessionServer(t);
  session.failure = notOpen;
  const { store, lines } = connect(t, session.port);
  assert.equal(await store.get('key', never), undefined);
  await store.set('key', Buffer.from('value'), never);
  assert.deepEqual(
    lines.map(({ level, msg }) => [level, msg]),
    [
      [20, 'the parent has no session store yet'],
      [20, 'the parent has no session store yet'],
    ],
  );
});

test('any other failure is told with its code', async (t) => {
  const session = await startSessionServer(t);
  session.failure = new ConnectError('disk full', Code.ResourceExhausted);
  const { client, store } = connect(t, session.port);
  const isTold = (what: string) => (error: unknown) => {
    assert.ok(error instanceof ServiceError);
    assert.deepEqual([error.code, error.reason], [Code.ResourceExhausted, 'session_store']);
    assert.equal(error.rawMessage, `the session store of the parent failed to ${what}: disk full`);
    return true;
  };
  await assert.rejects(store.get('key', never), isTold('read a value'));
  await assert.rejects(store.set('key', Buffer.from('value'), never), isTold('write a value'));
  await assert.rejects(client.clear(syncId, never), isTold('clear a sync'));
});

test('a server that the authority does not vouch for gets nothing', async (t) => {
  const session = await startSessionServer(t);
  const { store } = connect(t, session.port, { ...mutualServer, clientCa: tlsFixture('certificate-authority') });
  await assert.rejects(store.get('key', never), /failed to read a value/);
  assert.deepEqual(session.calls, []);
});

test('a call ends with its signal', async (t) => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  t.after(() => silent.close());
  const { store } = connect(t, (silent.address() as { port: number }).port);
  const abort = new AbortController();
  const call = store.get('key', abort.signal);
  abort.abort();
  await assert.rejects(call, (error: unknown) => error instanceof ServiceError && error.code === Code.Canceled);
});
