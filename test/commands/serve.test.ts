import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createClient } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { ResourceTypesService } from '#gen/c1/connector/v2/resource_pb.js';
import { runCommandLine } from '../../src/baton/command-line/run-command-line.ts';
import type { Program } from '../../src/baton/program.ts';
import { serveCommand } from '../../src/commands/serve.ts';
import { createLibrary } from '../baton/library-connector.ts';
import { mutualClient, tlsFixturePath } from '../baton/server/tls-fixture.ts';

/** Runs `serve` of a made-up program in this process. */
function runServe(t: TestContext, argv: readonly string[]) {
  const stop = new AbortController();
  const text = { stdout: '', stderr: '' };
  const printed = Promise.withResolvers<string>();
  const closed: string[] = [];
  const program: Program = {
    name: 'baton-library',
    version: '1.2.3',
    fields: [],
    createConnector: () => ({ ...createLibrary().connector, close: async () => void closed.push('connector') }),
  };
  const exitCode = runCommandLine(
    program,
    { default: serveCommand, named: [serveCommand] },
    {
      argv: ['serve', ...argv],
      env: {},
      cwd: '/nonexistent',
      signal: stop.signal,
      stdout: {
        write: (part) => {
          text.stdout += part;
          printed.resolve(text.stdout);
        },
      },
      stderr: {
        write: (part) => {
          text.stderr += part;
        },
      },
    },
  );
  t.after(async () => {
    stop.abort();
    await exitCode;
  });
  return { text, printed: printed.promise, exitCode, closed, stop: () => stop.abort() };
}

function connectTo(t: TestContext, address: string, tls?: typeof mutualClient) {
  const baseUrl = `${tls ? 'https' : 'http'}://${address}`;
  const sessionManager = new Http2SessionManager(baseUrl, {}, tls);
  t.after(() => sessionManager.abort());
  return createGrpcTransport({ baseUrl, sessionManager });
}

const tlsFlags = [
  `--tls-cert=${tlsFixturePath('mutual-server-certificate')}`,
  `--tls-key=${tlsFixturePath('mutual-server-key')}`,
  `--tls-client-ca=${tlsFixturePath('mutual-authority')}`,
];

test('it serves the connector, says where and what to try, and ends well when it is told to stop', async (t) => {
  const { printed, exitCode, closed, stop } = runServe(t, ['--listen', '127.0.0.1:0']);
  const text = await printed;
  const address = /listens at (\S+)/.exec(text)?.[1] ?? '';
  assert.match(address, /^127\.0\.0\.1:[1-9]\d*$/);
  assert.equal(
    text,
    [
      `baton-library listens at ${address}`,
      'Try:',
      `  grpcurl -plaintext ${address} list`,
      `  grpcurl -plaintext ${address} c1.connector.v2.ResourceTypesService/ListResourceTypes`,
      '',
    ].join('\n'),
  );
  const { list } = await createClient(ResourceTypesService, connectTo(t, address)).listResourceTypes({});
  assert.deepEqual(
    list.map(({ id }) => id),
    ['reader', 'book'],
  );
  stop();
  assert.equal(await exitCode, 0);
  assert.deepEqual(closed, ['connector']);
});

test('it listens on IPv6 loopback', async (t) => {
  const { printed, stop, exitCode } = runServe(t, ['--listen', '[::1]:0']);
  const address = /listens at (\S+)/.exec(await printed)?.[1] ?? '';
  assert.match(address, /^\[::1\]:\d+$/);
  const { list } = await createClient(ResourceTypesService, connectTo(t, address)).listResourceTypes({});
  assert.equal(list.length, 2);
  stop();
  assert.equal(await exitCode, 0);
});

for (const [listen, why] of [
  ['0.0.0.0:50051', /--listen: other machines reach 0\.0\.0\.0:50051; give --tls-cert,.*--insecure-listen/],
  ['[::]:50051', /--listen: other machines reach \[::\]:50051/],
  ['50051', /--listen.*must have a host/],
  ['127.0.0.1', /--listen.*must have a port/],
] as const) {
  test(`--listen ${listen} is refused`, async (t) => {
    const { exitCode, text } = runServe(t, ['--listen', listen]);
    assert.equal(await exitCode, 2);
    assert.match(text.stderr, why);
    assert.equal(text.stdout, '');
  });
}

test('with certificates it serves callers that have one too, and says how to call it', async (t) => {
  const { printed, stop, exitCode } = runServe(t, ['--listen=127.0.0.1:0', ...tlsFlags]);
  const text = await printed;
  const address = /listens at (\S+)/.exec(text)?.[1] ?? '';
  assert.match(text, new RegExp(`grpcurl -cacert \\S+ -cert \\S+ -key \\S+ ${address} list\n`));
  const { list } = await createClient(ResourceTypesService, connectTo(t, address, mutualClient)).listResourceTypes({});
  assert.equal(list.length, 2);
  await assert.rejects(createClient(ResourceTypesService, connectTo(t, address)).listResourceTypes({}));
  stop();
  assert.equal(await exitCode, 0);
});

test('with certificates it listens where other machines reach it', async (t) => {
  const { printed, stop, exitCode, text } = runServe(t, ['--listen=0.0.0.0:0', ...tlsFlags]);
  assert.match(await printed, /grpcurl .* 127\.0\.0\.1:\d+ list\n/);
  assert.doesNotMatch(text.stderr, /no TLS/);
  stop();
  assert.equal(await exitCode, 0);
});

test('--insecure-listen permits plaintext beyond this machine, and the log warns of it', async (t) => {
  const { printed, stop, exitCode, text } = runServe(t, ['--listen=0.0.0.0:0', '--insecure-listen']);
  assert.match(await printed, /grpcurl -plaintext 0\.0\.0\.0:\d+ list\n/);
  assert.match(text.stderr, /"level":"warn".*whoever reaches this address reads everything/);
  stop();
  assert.equal(await exitCode, 0);
});

for (const [what, flags, why] of [
  ['one of the three TLS flags', tlsFlags.slice(1), /--tls-key and --tls-client-ca need --tls-cert as well/],
  ['--insecure-listen with certificates', [...tlsFlags, '--insecure-listen'], /exclude each other/],
  [
    'a file that is not there',
    [...tlsFlags, '--tls-key=nokey.pem'],
    /the key \/nonexistent\/nokey\.pem cannot be read/,
  ],
] as const) {
  test(`${what} is refused`, async (t) => {
    const { exitCode, text } = runServe(t, ['--listen=127.0.0.1:0', ...flags]);
    assert.equal(await exitCode, 2);
    assert.match(text.stderr, why);
    assert.equal(text.stdout, '');
  });
}

test('a port that another program has is a failure that says so', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const { port } = other.address() as { port: number };
  const { exitCode, text, closed } = runServe(t, ['--listen', `127.0.0.1:${port}`]);
  assert.equal(await exitCode, 1);
  assert.match(text.stderr, new RegExp(`cannot listen at 127\\.0\\.0\\.1:${port}: another program has this port`));
  assert.doesNotMatch(text.stderr, /\n {4}at /);
  assert.deepEqual(closed, ['connector']);
});
