import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code, ConnectError, createClient, createContextKey } from '@connectrpc/connect';
import { ServiceError } from '../../../src/baton/author/service-error.ts';
import { loggerKey, responseMaxBytesKey, wireResponseMaxBytes } from '../../../src/baton/services/call-context.ts';
import { serviceEntry } from '../../../src/baton/services/service-entry.ts';
import { EchoService } from './echo-service.ts';
import { failureOf } from './failure-of.ts';
import { startTestServer } from './test-server.ts';

test('a call that is answered is one line at debug level, without what was said', async (t) => {
  const entry = serviceEntry(EchoService, { one: ({ value }) => ({ value: `${value} s3cret answer` }) });
  const { transport, lines } = await startTestServer(t, [entry]);
  const headers = { 'x-request-id': 'r-1', authorization: 's3cret header' };
  await createClient(EchoService, transport).one({ value: 's3cret request' }, { headers });
  const [line, ...others] = lines;
  assert.ok(line);
  const { level, msg, method, peer, code, duration_ms: durationMs, request_id: requestId } = line;
  assert.deepEqual(
    { level, msg, method, code, requestId },
    { level: 20, msg: 'call answered', method: 'test.EchoService/One', code: 'OK', requestId: 'r-1' },
  );
  assert.match(String(peer), /^127\.0\.0\.1:\d+$/);
  assert.equal(typeof durationMs, 'number');
  assert.deepEqual(others, []);
  assert.equal(JSON.stringify(lines).includes('s3cret'), false);
});

for (const [code, level] of [
  [Code.NotFound, 20],
  [Code.Unavailable, 20],
  [Code.Internal, 30],
  [Code.Unknown, 30],
] as const) {
  test(`a call that a service failed with ${Code[code]} is one line at level ${level}, with reason and cause`, async (t) => {
    const entry = serviceEntry(EchoService, {
      one: () => {
        throw new ServiceError(code, 'nothing there', { reason: 'gone', cause: new Error('looked everywhere') });
      },
    });
    const { transport, lines } = await startTestServer(t, [entry]);
    await failureOf(createClient(EchoService, transport).one({}));
    assert.equal(lines.length, 1);
    assert.deepEqual(
      [lines[0]?.level, lines[0]?.code, lines[0]?.reason, lines[0]?.error],
      [level, Code[code], 'gone', 'nothing there: looked everywhere'],
    );
  });
}

test('properties of an unexpected error are not logged: they may hold anything', async (t) => {
  const entry = serviceEntry(EchoService, {
    one: () => {
      throw Object.assign(new Error('failed'), { headers: { authorization: 's3cret' } });
    },
  });
  const { transport, lines } = await startTestServer(t, [entry]);
  await failureOf(createClient(EchoService, transport).one({}));
  assert.equal(JSON.stringify(lines).includes('s3cret'), false);
});

test('a service logs with the method and the caller, and finds what the server was given for it', async (t) => {
  const key = createContextKey('nothing', { description: 'test' });
  const entry = serviceEntry(EchoService, {
    one: (_request, { values }) => {
      values.get(loggerKey).info('at work');
      assert.equal(values.get(responseMaxBytesKey), wireResponseMaxBytes);
      return { value: values.get(key) };
    },
  });
  const { transport, lines } = await startTestServer(t, [entry], {
    setContextValues: (values) => values.set(key, 'it'),
  });
  assert.equal((await createClient(EchoService, transport).one({})).value, 'it');
  assert.equal(lines[0]?.msg, 'at work');
  assert.equal(lines[0]?.method, 'test.EchoService/One');
});

test('an error from another server passes without the metadata of its protocol', async (t) => {
  const other = await startTestServer(t, [
    serviceEntry(EchoService, {
      one: () => {
        throw new ServiceError(Code.ResourceExhausted, 'enough', { reason: 'enough' });
      },
    }),
  ]);
  const { transport } = await startTestServer(t, [
    serviceEntry(EchoService, { one: (request) => createClient(EchoService, other.transport).one(request) }),
  ]);
  const error = await failureOf(createClient(EchoService, transport).one({}));
  assert.ok(error instanceof ConnectError);
  assert.deepEqual([error.code, error.rawMessage], [Code.ResourceExhausted, 'enough']);
});
