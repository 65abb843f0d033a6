// One policy, whatever carries a call: what its caller gets and what the log says is the same over every transport.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { suite, type TestContext, test } from 'node:test';
import { type CallOptions, ConnectError, createClient, createContextValues, type Transport } from '@connectrpc/connect';
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
  Http2SessionManager,
} from '@connectrpc/connect-node';
import pino, { type Logger } from 'pino';
import { ResourcesService } from '#gen/c1/connector/v2/resource_pb.js';
import { BadRequestSchema } from '#gen/google/rpc/error_details_pb.js';
import { Code, ServiceError } from '../../../src/baton/author/service-error.ts';
import { createInProcessClient, type UnaryClient } from '../../../src/baton/client/in-process-client.ts';
import { startGrpcServer } from '../../../src/baton/server/grpc/grpc-server.ts';
import { startHttpServer } from '../../../src/baton/server/http/http-server.ts';
import { formatListenAddress } from '../../../src/baton/server/listen-address.ts';
import { loggerKey } from '../../../src/baton/services/call-context.ts';
import { type ServiceEntry, serviceEntry } from '../../../src/baton/services/service-entry.ts';
import type { LogLine } from './test-server.ts';
import { until } from './until.ts';

type ListResources = NonNullable<Parameters<typeof serviceEntry<typeof ResourcesService>>[1]['listResources']>;

interface Served {
  readonly client: UnaryClient<typeof ResourcesService>;
  /** Lets the server end a call, without a client that would end it by itself. */
  readonly deadline: (ms: number) => CallOptions;
  readonly drain?: () => Promise<void>;
}

type Carrier = (t: TestContext, services: ServiceEntry[], logger: Logger) => Promise<Served>;

const local = { host: '127.0.0.1', port: 0 };
const drainTimeoutMs = 5;

/** Over the HTTP server, by a client that speaks one of its protocols. */
function overHttp(
  createTransport: (options: { baseUrl: string; httpVersion: '1.1' }) => Transport,
  timeoutHeader: (ms: number) => Record<string, string>,
): Carrier {
  return async (t, services, logger) => {
    const server = await startHttpServer({ services, listen: local, logger, drainTimeoutMs });
    t.after(() => server.drain());
    const baseUrl = `http://${formatListenAddress(server.address)}`;
    return {
      client: createClient(ResourcesService, createTransport({ baseUrl, httpVersion: '1.1' })),
      deadline: (ms) => ({ headers: timeoutHeader(ms) }),
      drain: () => server.drain(),
    };
  };
}

const connectTimeout = (ms: number) => ({ 'connect-timeout-ms': String(ms) });
const grpcTimeout = (ms: number) => ({ 'grpc-timeout': `${ms}m` });

const carriers: Readonly<Record<string, Carrier>> = {
  gRPC: async (t, services, logger) => {
    const server = await startGrpcServer({ services, listen: local, logger, drainTimeoutMs });
    const baseUrl = `http://${formatListenAddress(server.address)}`;
    const sessionManager = new Http2SessionManager(baseUrl);
    t.after(async () => {
      sessionManager.abort();
      await server.close();
    });
    return {
      client: createClient(ResourcesService, createGrpcTransport({ baseUrl, sessionManager })),
      deadline: (ms) => ({ headers: grpcTimeout(ms) }),
      drain: () => server.drain(),
    };
  },
  'Connect with JSON': overHttp((options) => createConnectTransport(options), connectTimeout),
  'Connect with binary messages': overHttp(
    (options) => createConnectTransport({ ...options, useBinaryFormat: true }),
    connectTimeout,
  ),
  'gRPC-Web': overHttp(createGrpcWebTransport, grpcTimeout),
  'the same process': async (t, services, logger) => ({
    client: createInProcessClient(ResourcesService, services, {
      contextValues: createContextValues().set(loggerKey, logger),
      signal: t.signal,
    }),
    deadline: (timeoutMs) => ({ timeoutMs }),
  }),
};

interface Case {
  readonly title: string;
  /** Nothing for a service that does not implement the method. */
  readonly serve?: ListResources;
  readonly pageSize?: number;
  readonly options?: (served: Served) => CallOptions;
  readonly caller: { readonly code: Code; readonly message: string | RegExp; readonly fields?: readonly string[] };
  readonly line: Pick<LogLine, 'level' | 'code' | 'reason' | 'error'>;
}

const debug = 20;
const info = 30;
const error = 50;
const brokenRule =
  'c1.connector.v2.ResourcesServiceListResourcesRequest: page_size: must be less than or equal to 250 (rule uint32.lte)';

const cases: readonly Case[] = [
  {
    title: 'a request that breaks a rule',
    serve: () => assert.fail('no service sees it'),
    pageSize: 251,
    caller: { code: Code.InvalidArgument, message: brokenRule, fields: ['page_size'] },
    line: { level: debug, code: 'InvalidArgument', reason: 'invalid_request', error: brokenRule },
  },
  {
    title: 'an error of a service, with details',
    serve: () => {
      throw new ServiceError(Code.NotFound, '100 % “gone” – since\nlong', {
        reason: 'gone',
        details: [{ desc: BadRequestSchema, value: { fieldViolations: [{ field: 'parent' }] } }],
        cause: new Error('s3cret'),
      });
    },
    caller: { code: Code.NotFound, message: '100 % “gone” – since\nlong', fields: ['parent'] },
    line: { level: debug, code: 'NotFound', reason: 'gone', error: '100 % “gone” – since\nlong: s3cret' },
  },
  {
    title: 'an error of a service that blames itself',
    serve: async () => {
      throw new ServiceError(Code.Internal, 'the shelf is upside down', { reason: 'shelf' });
    },
    caller: { code: Code.Internal, message: 'the shelf is upside down' },
    line: { level: info, code: 'Internal', reason: 'shelf', error: 'the shelf is upside down' },
  },
  {
    title: 'an unexpected error',
    serve: async () => {
      throw new TypeError('s3cret', { cause: new Error('deeper') });
    },
    caller: { code: Code.Internal, message: 'Internal Server Error' },
    line: { level: error, code: 'Internal', reason: 'unexpected_error', error: 's3cret: deeper' },
  },
  {
    title: 'a method that nothing implements',
    caller: { code: Code.Unimplemented, message: 'c1.connector.v2.ResourcesService/ListResources is not implemented' },
    line: {
      level: debug,
      code: 'Unimplemented',
      reason: 'unimplemented',
      error: 'c1.connector.v2.ResourcesService/ListResources is not implemented',
    },
  },
  {
    title: 'a deadline that a service does not mind',
    serve: () => new Promise(() => {}),
    options: ({ deadline }) => deadline(50),
    // grpc-js answers in its own words.
    caller: { code: Code.DeadlineExceeded, message: /^the deadline of the call has passed$|^Deadline exceeded$/ },
    line: {
      level: debug,
      code: 'DeadlineExceeded',
      reason: 'deadline_exceeded',
      error: 'the deadline of the call has passed',
    },
  },
];

for (const [name, serveOver] of Object.entries(carriers)) {
  suite(`over ${name}`, () => {
    const isRemote = name !== 'the same process';
    for (const { title, serve, pageSize = 0, options, caller, line } of cases) {
      test(`${title} is told to its caller and to the log as everywhere`, async (t) => {
        const { served, lines } = await start(t, serveOver, serve);
        const { headers, ...others } = options?.(served) ?? {};
        const failure = await served.client
          .listResources(
            { resourceTypeId: 'book', pageSize },
            { ...others, headers: { ...(headers as Record<string, string>), 'x-request-id': 'r-1' } },
          )
          .then(
            () => assert.fail('the call did not fail'),
            (reason: unknown) => reason,
          );
        assert.ok(failure instanceof ConnectError, String(failure));
        const violations = failure.findDetails(BadRequestSchema).flatMap((detail) => detail.fieldViolations);
        const { code, message, fields = [] } = caller;
        assert.equal(failure.code, code);
        if (typeof message === 'string') assert.equal(failure.rawMessage, message);
        else assert.match(failure.rawMessage, message);
        assert.deepEqual(
          violations.map(({ field }) => field),
          fields,
        );
        await assertOneLine(lines, isRemote, { ...line, msg: 'call failed' });
      });
    }

    test('a call that is answered is one line', async (t) => {
      const { served, lines } = await start(t, serveOver, async () => ({}));
      await served.client.listResources({ resourceTypeId: 'book' }, { headers: { 'x-request-id': 'r-1' } });
      await assertOneLine(lines, isRemote, { level: debug, code: 'OK', msg: 'call answered' });
    });

    test('a caller that leaves aborts the signal of the service, and is one line', async (t) => {
      const called = Promise.withResolvers<AbortSignal>();
      const { served, lines } = await start(t, serveOver, async (_request, { signal }) => {
        called.resolve(signal);
        await once(signal, 'abort');
        throw signal.reason;
      });
      const leave = new AbortController();
      const call = served.client.listResources(
        { resourceTypeId: 'book' },
        { signal: leave.signal, headers: { 'x-request-id': 'r-1' } },
      );
      const signal = await called.promise;
      leave.abort();
      await assert.rejects(call);
      await assertOneLine(lines, isRemote, {
        level: debug,
        code: 'Canceled',
        reason: 'cancelled',
        error: 'the caller has cancelled the call',
        msg: 'call failed',
      });
      assert.equal((signal.reason as ServiceError).reason, 'cancelled');
    });

    if (isRemote) {
      test('a server that stops answers a call that does not end', async (t) => {
        const called = Promise.withResolvers<AbortSignal>();
        const { served, lines } = await start(t, serveOver, (_request, { signal }) => {
          called.resolve(signal);
          return new Promise(() => {});
        });
        const call = served.client.listResources({ resourceTypeId: 'book' }, { headers: { 'x-request-id': 'r-1' } });
        const failed = call.catch((reason: unknown) => reason);
        const signal = await called.promise;
        await served.drain?.();
        const failure = ConnectError.from(await failed);
        assert.deepEqual([failure.code, failure.rawMessage], [Code.Unavailable, 'the server is stopping']);
        assert.equal((signal.reason as ServiceError).reason, 'stopping');
        await assertOneLine(lines, isRemote, {
          level: debug,
          code: 'Unavailable',
          reason: 'stopping',
          error: 'the server is stopping',
          msg: 'call failed',
        });
      });
    }
  });
}

test('requests of a trusted client are not validated', async (t) => {
  const services = [
    serviceEntry(ResourcesService, { listResources: ({ pageSize }) => ({ nextPageToken: `${pageSize}` }) }),
  ];
  const options = { contextValues: createContextValues(), signal: t.signal, isTrusted: true };
  const client = createInProcessClient(ResourcesService, services, options);
  assert.equal((await client.listResources({ pageSize: 251 })).nextPageToken, '251');
});

async function start(t: TestContext, serveOver: Carrier, listResources: ListResources | undefined) {
  const lines: LogLine[] = [];
  const logger = pino({ level: 'trace' }, { write: (line) => lines.push(JSON.parse(line)) });
  const entry = serviceEntry(ResourcesService, listResources ? { listResources } : {});
  return { served: await serveOver(t, [entry], logger), lines };
}

/** Waits for the line of a call, and sees that it is the only one. */
async function assertOneLine(lines: readonly LogLine[], isRemote: boolean, expected: Record<string, unknown>) {
  await until('a line in the log', () => lines.length > 0);
  // A second one would come soon.
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  assert.equal(lines.length, 1, JSON.stringify(lines));
  const { time, pid, hostname, duration_ms: durationMs, peer, stack, ...line } = lines[0] as LogLine;
  assert.deepEqual(line, {
    ...expected,
    method: 'c1.connector.v2.ResourcesService/ListResources',
    request_id: 'r-1',
  });
  assert.ok(Number.isInteger(durationMs));
  assert.match(String(peer), isRemote ? /^127\.0\.0\.1:\d+$/ : /^undefined$/);
  assert.equal(typeof stack, expected.level === error ? 'string' : 'undefined');
}
