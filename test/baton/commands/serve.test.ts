import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createClient, type Transport } from '@connectrpc/connect';
import { createGrpcTransport, createGrpcWebTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { Agent, fetch } from 'undici';
import { ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import { ResourceTypesService } from '#gen/c1/connector/v2/resource_pb.js';
import type { Connector } from '../../../src/baton/author/connector.ts';
import type { Program } from '../../../src/baton/author/program.ts';
import { Code, ServiceError } from '../../../src/baton/author/service-error.ts';
import { runCommandLine } from '../../../src/baton/command-line/run-command-line.ts';
import { serveCommand } from '../../../src/baton/commands/serve.ts';
import { limitFields, readLimits } from '../../../src/baton/commands/serve-limits.ts';
import { createConnection } from '../../../src/baton/harness/connection.ts';
import { defaultLimits } from '../../../src/baton/server/limits/server-limits.ts';
import { createTestSettings } from '../../../src/baton/testing.ts';
import { createLibrary } from '../library-connector.ts';
import { failureOf } from '../server/failure-of.ts';
import { mutualClient, tlsFixture, tlsFixturePath } from '../server/tls-fixture.ts';
import { until } from '../server/until.ts';

/** Runs `serve` of a made-up program in this process. */
function runServe(t: TestContext, argv: readonly string[], overrides: Partial<Connector> = {}) {
  const stop = new AbortController();
  const text = { stdout: '', stderr: '' };
  const printed = Promise.withResolvers<string>();
  const closed: string[] = [];
  const program: Program = {
    name: 'baton-library',
    version: '1.2.3',
    fields: [],
    connector: () => ({
      ...createLibrary().connector,
      close: async () => void closed.push('connector'),
      ...overrides,
    }),
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

/** A port that another program has. */
async function occupyPort(t: TestContext): Promise<number> {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  return (other.address() as { port: number }).port;
}

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

/** A path for a socket, which the server is to create. */
async function createSocketPath(t: TestContext, name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'serve-test-'));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, name);
}

test('its hints quote a path with a space', async (t) => {
  const [path, httpPath] = [await createSocketPath(t, "Ada's grpc.sock"), await createSocketPath(t, 'the http.sock')];
  const { printed } = runServe(t, [`--listen=unix:${path}`, `--http-listen=unix:${httpPath}`]);
  const lines = await printed;
  assert.ok(lines.includes(`  grpcurl -plaintext 'unix:${path.replace("'", "'\\''")}' list\n`), lines);
  const [, ...curl] = curlLine(lines, '/c1.connector.v2.ResourceTypesService/ListResourceTypes');
  assert.deepEqual(curl.slice(4, 6), ['--unix-socket', httpPath]);
});

test('it listens on Unix sockets, for gRPC and HTTP, says how to call them, and removes them', async (t) => {
  const [path, httpPath] = [await createSocketPath(t, 'grpc.sock'), await createSocketPath(t, 'http.sock')];
  const argv = [`--listen=unix:${path}`, `--http-listen=unix://${httpPath}`, '--provisioning'];
  const { printed, stop, exitCode, text } = runServe(t, argv);
  const lines = await printed;
  assert.match(lines, new RegExp(`listens at unix:${path}\n.*\n {2}grpcurl -plaintext unix:${path} list\n`));
  const [, ...curl] = curlLine(lines, '/c1.connector.v2.ResourceTypesService/ListResourceTypes');
  assert.deepEqual(curl.slice(4), [
    '--unix-socket',
    httpPath,
    'http://localhost/c1.connector.v2.ResourceTypesService/ListResourceTypes',
  ]);

  const { transport, close } = createConnection({ path }, undefined);
  t.after(close);
  assert.equal((await createClient(ResourceTypesService, transport).listResourceTypes({})).list.length, 2);
  const dispatcher = new Agent({ connect: { socketPath: httpPath } });
  t.after(() => dispatcher.close());
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const answer = await fetch(curl.at(-1) ?? '', { method: 'POST', headers, body: '{}', dispatcher });
  assert.equal(answer.status, 200);
  await answer.body?.cancel();
  assert.doesNotMatch(text.stderr, /"level":"warn"/);

  close();
  stop();
  assert.equal(await exitCode, 0);
  assert.deepEqual([existsSync(path), existsSync(httpPath)], [false, false]);
});

test('certificates are for ports: a Unix socket beside one needs none', async (t) => {
  const path = await createSocketPath(t, 'grpc.sock');
  const { printed } = runServe(t, [`--listen=unix:${path}`, '--http-listen=127.0.0.1:0', ...tlsFlags]);
  assert.match(await printed, /-plaintext unix:.*\n.*--cert CLIENT\.pem .* https:/s);
  const { transport, close } = createConnection({ path }, undefined);
  t.after(close);
  assert.equal((await createClient(ResourceTypesService, transport).listResourceTypes({})).list.length, 2);
});

test('certificates without a port to use them on are refused', async (t) => {
  const { exitCode, text } = runServe(t, ['--listen=unix:baton.sock', ...tlsFlags]);
  assert.equal(await exitCode, 2);
  assert.match(text.stderr, /--tls-cert, --tls-key, --tls-client-ca: a Unix socket has no TLS: remove them, or/);
});

const callerToken = 'correct-horse-battery-staple-4711';

async function writeToken(t: TestContext, text = callerToken): Promise<string> {
  const path = await createSocketPath(t, 'token');
  await writeFile(path, text, { mode: 0o600 });
  return path;
}

const listTypes = (transport: Transport, token?: string) =>
  createClient(ResourceTypesService, transport).listResourceTypes(
    {},
    { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } },
  );

test('--caller-token-file: callers need the token, over gRPC and HTTP, and the hints send it without showing it', async (t) => {
  const path = await writeToken(t);
  const argv = ['--listen=127.0.0.1:0', '--http-listen=127.0.0.1:0', `--caller-token-file=${path}`, '--provisioning'];
  const { printed, text } = runServe(t, argv);
  const lines = await printed;
  const header = `-H "authorization: Bearer $(cat ${path})"`;
  assert.equal(lines.split(header).length, 4, lines);
  assert.ok(!(lines + text.stderr).includes(callerToken));
  assert.doesNotMatch(text.stderr, /"level":"warn"/);

  const transport = connectTo(t, /listens at (\S+)/.exec(lines)?.[1] ?? '');
  assert.equal((await failureOf(listTypes(transport))).code, Code.Unauthenticated);
  assert.equal((await listTypes(transport, callerToken)).list.length, 2);

  const url = /http:\S+/.exec(lines)?.[0] ?? '';
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const post = (more: object) => fetch(url, { method: 'POST', headers: { ...headers, ...more }, body: '{}' });
  assert.equal((await post({})).status, 401);
  assert.equal((await post({ authorization: `Bearer ${callerToken}` })).status, 200);
});

test('a changed token takes effect, and an unusable one leaves the old one with an error', async (t) => {
  const path = await writeToken(t);
  const { printed, text } = runServe(t, ['--listen=127.0.0.1:0', `--caller-token-file=${path}`]);
  const transport = connectTo(t, /listens at (\S+)/.exec(await printed)?.[1] ?? '');
  await writeFile(path, 'too short');
  await until('the error', () =>
    /cannot use the changed caller token; still using the previous contents/.test(text.stderr),
  );
  assert.match(text.stderr, /must contain at least 32 characters/);
  assert.equal((await listTypes(transport, callerToken)).list.length, 2);
  await writeFile(path, `${callerToken}-2`);
  await until('the new token', () => text.stderr.includes('read the changed caller token'));
  assert.equal((await failureOf(listTypes(transport, callerToken))).code, Code.Unauthenticated);
  assert.equal((await listTypes(transport, `${callerToken}-2`)).list.length, 2);
});

test('changed TLS files are used for new connections, and unusable ones leave the old ones with an error', async (t) => {
  const folder = await createSocketPath(t, 'tls');
  await mkdir(folder);
  const names = { certificate: 'cert.pem', key: 'key.pem', authority: 'ca.pem' };
  const write = async (pair: string, authority: string) => {
    const [cert, key, ca] = [`${pair}-certificate`, `${pair}-key`, authority].map(tlsFixture);
    await writeFile(join(folder, names.certificate), cert ?? '');
    await writeFile(join(folder, names.key), key ?? '', { mode: 0o600 });
    await writeFile(join(folder, names.authority), ca ?? '');
  };
  await write('mutual-server', 'mutual-authority');
  const { printed, text } = runServe(t, [
    '--listen=127.0.0.1:0',
    '--http-listen=127.0.0.1:0',
    `--tls-cert=${join(folder, names.certificate)}`,
    `--tls-key=${join(folder, names.key)}`,
    `--tls-client-ca=${join(folder, names.authority)}`,
  ]);
  const lines = await printed;
  const address = /listens at (\S+)/.exec(lines)?.[1] ?? '';
  const url = /https:\S+/.exec(lines)?.[0] ?? '';
  const secondClient = {
    ca: tlsFixture('second-authority'),
    cert: tlsFixture('named-client-certificate'),
    key: tlsFixture('named-client-key'),
  };
  const post = async (client: typeof mutualClient) => {
    const dispatcher = new Agent({ connect: client });
    t.after(() => dispatcher.close());
    const headers = { 'content-type': 'application/json', connection: 'close' };
    return (await fetch(url, { method: 'POST', headers, body: '{}', dispatcher })).status;
  };
  const open = connectTo(t, address, mutualClient);
  assert.equal((await listTypes(open)).list.length, 2);
  await assert.rejects(listTypes(connectTo(t, address, secondClient)));

  await writeFile(join(folder, names.certificate), 'nonsense');
  await until('the error', () =>
    /cannot use the changed TLS files; still using the previous contents/.test(text.stderr),
  );
  assert.match(text.stderr, /contains no PEM certificate/);
  assert.equal((await listTypes(connectTo(t, address, mutualClient))).list.length, 2);

  await write('second-server', 'second-authority');
  await until('the new files', () => text.stderr.includes('read the changed TLS files'));
  assert.equal((await listTypes(connectTo(t, address, secondClient))).list.length, 2);
  assert.equal(await post(secondClient), 200);
  await assert.rejects(listTypes(connectTo(t, address, mutualClient)));
  await assert.rejects(post(mutualClient));
  assert.equal((await listTypes(open)).list.length, 2, 'an open connection goes on');
});

test('--tls-client-names: clients with other names are refused, and a Unix socket has no names', async (t) => {
  const path = await createSocketPath(t, 'http.sock');
  const argv = ['--listen=127.0.0.1:0', `--http-listen=unix:${path}`, ...tlsFlags, '--tls-client-names=sync.test'];
  const { printed } = runServe(t, argv);
  const address = /listens at (\S+)/.exec(await printed)?.[1] ?? '';
  assert.equal((await failureOf(listTypes(connectTo(t, address, mutualClient)))).code, Code.PermissionDenied);
  const dispatcher = new Agent({ connect: { socketPath: path } });
  t.after(() => dispatcher.close());
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const url = 'http://localhost/c1.connector.v2.ResourceTypesService/ListResourceTypes';
  assert.equal((await fetch(url, { method: 'POST', headers, body: '{}', dispatcher })).status, 200);
});

test('with --provisioning, plaintext without a token is a warning that names the remedies', async (t) => {
  const changes = runServe(t, ['--listen=127.0.0.1:0', '--provisioning']);
  await changes.printed;
  assert.match(
    changes.text.stderr,
    /"level":"warn".*"address":"127\.0\.0\.1:\d+","msg":"every user of this machine can make changes through this address: set --caller-token-file, or listen on a Unix socket \(unix:PATH\)"/,
  );
  const secure = runServe(t, ['--listen=127.0.0.1:0', '--provisioning', ...tlsFlags]);
  await secure.printed;
  const reads = runServe(t, ['--listen=127.0.0.1:0']);
  await reads.printed;
  assert.doesNotMatch(secure.text.stderr + reads.text.stderr, /"level":"warn"/);
});

for (const [listen, why] of [
  ['0.0.0.0:50051', /--listen: other machines can reach 0\.0\.0\.0:50051: set --tls-cert,.*--insecure-listen/],
  ['[::]:50051', /--listen: other machines can reach \[::\]:50051/],
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
  assert.match(text.stderr, /"level":"warn".*anyone who reaches this address can read everything/);
  stop();
  assert.equal(await exitCode, 0);
});

test('--insecure-listen with a token warns that the token can be read, too', async (t) => {
  const path = await writeToken(t);
  const { printed, text } = runServe(t, ['--listen=0.0.0.0:0', '--insecure-listen', `--caller-token-file=${path}`]);
  await printed;
  assert.match(
    text.stderr,
    /"level":"warn".*anyone on the network path can read everything, including the caller token/,
  );
});

/** The command behind the line that begins with `curl` and ends so, as its arguments. */
function curlLine(text: string, end: string): readonly string[] {
  const line = text.split('\n').find((candidate) => candidate.startsWith('  curl ') && candidate.endsWith(end)) ?? '';
  return Array.from(line.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, plain]) => quoted ?? plain ?? '');
}

test('--http-listen serves the same over HTTP, and says how to call it with curl', async (t) => {
  const { printed, stop, exitCode } = runServe(t, ['--listen=127.0.0.1:0', '--http-listen=127.0.0.1:0']);
  const [, ...curl] = curlLine(await printed, '/c1.connector.v2.ResourceTypesService/ListResourceTypes');
  const url = curl.pop() ?? '';
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\//);
  assert.deepEqual(curl, ['-H', 'content-type: application/json', '-d', '{}']);
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const answer = await fetch(url, { method: 'POST', headers, body: '{}' });
  const { list } = (await answer.json()) as { list: { id: string }[] };
  assert.deepEqual(
    list.map(({ id }) => id),
    ['reader', 'book'],
  );
  const transport = createGrpcWebTransport({ baseUrl: new URL(url).origin, httpVersion: '1.1' });
  assert.equal((await createClient(ResourceTypesService, transport).listResourceTypes({})).list.length, 2);
  stop();
  assert.equal(await exitCode, 0);
  await assert.rejects(fetch(url, { method: 'POST', headers, body: '{}' }));
});

test('with certificates HTTP needs one of the caller too', async (t) => {
  const argv = ['--listen=127.0.0.1:0', '--http-listen=0.0.0.0:0', ...tlsFlags];
  const { printed, stop, exitCode } = runServe(t, argv);
  const curl = curlLine(await printed, '/c1.connector.v2.ResourceTypesService/ListResourceTypes');
  const url = curl.at(-1) ?? '';
  assert.match(curl.join(' '), /curl .* --cacert \S+ --cert \S+ --key \S+ https:\/\/127\.0\.0\.1:\d+\//);
  const post = { method: 'POST', headers: { 'content-type': 'application/json', connection: 'close' }, body: '{}' };
  const dispatcher = new Agent({ connect: mutualClient });
  t.after(() => dispatcher.close());
  assert.equal((await fetch(url, { ...post, dispatcher })).status, 200);
  const stranger = new Agent({ connect: { ca: mutualClient.ca } });
  t.after(() => stranger.close());
  await assert.rejects(fetch(url, { ...post, dispatcher: stranger }));
  stop();
  assert.equal(await exitCode, 0);
});

test('an address of --http-listen that other machines reach needs certificates, as that of --listen', async (t) => {
  const { exitCode, text } = runServe(t, ['--listen=0.0.0.0:0', '--http-listen=[::]:0']);
  assert.equal(await exitCode, 2);
  assert.match(
    text.stderr,
    /2 errors:\n {2}--listen: other machines .*\n {2}--http-listen: other machines can reach \[::\]:0/,
  );
  const permitted = runServe(t, ['--listen=127.0.0.1:0', '--http-listen=0.0.0.0:0', '--insecure-listen']);
  assert.match(await permitted.printed, /http:\/\/0\.0\.0\.0:\d+\//);
  assert.match(permitted.text.stderr, /"level":"warn".*anyone who reaches this address can read everything/);
});

test('when one server cannot listen, the other ends too', async (t) => {
  const port = await occupyPort(t);
  const { exitCode, text, closed } = runServe(t, ['--listen=127.0.0.1:0', `--http-listen=127.0.0.1:${port}`]);
  assert.equal(await exitCode, 1);
  assert.match(text.stderr, /cannot listen on 127\.0\.0\.1:\d+: the port is in use/);
  assert.deepEqual([closed, text.stdout], [['connector'], '']);
});

/** Asks the health endpoint that a served program says it has. */
async function askHealth(text: string, path: string) {
  const url = curlLine(text, '/health').at(-1) ?? '';
  const answer = await fetch(new URL(path, url), { headers: { connection: 'close' } });
  const { status, details } = (await answer.json()) as { status: string; details?: unknown };
  return { code: answer.status, status, details };
}

test('--health-check answers whether the connector is well, with what it says itself', async (t) => {
  const argv = ['--listen=127.0.0.1:0', '--health-check', '--health-check-port=0'];
  const well = await runServe(t, argv).printed;
  assert.deepEqual(await askHealth(well, '/health'), { code: 200, status: 'healthy', details: undefined });
  assert.deepEqual(await askHealth(well, '/ready'), { code: 200, status: 'ready', details: undefined });
  const validate = async () => {
    throw new ServiceError(Code.Unauthenticated, 'the card has expired', { reason: 'card_expired' });
  };
  assert.deepEqual(await askHealth(await runServe(t, argv, { validate }).printed, '/health'), {
    code: 503,
    status: 'unhealthy',
    details: { error: 'connector validation failed', validation_error: 'the card has expired' },
  });
});

test('while it stops it is not ready, and alive', async (t) => {
  const called = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const { printed, stop, exitCode } = runServe(
    t,
    ['--listen=127.0.0.1:0', '--health-check', '--health-check-port=0', '--health-check-bind-address=::1'],
    {
      validate: () => {
        called.resolve();
        return release.promise;
      },
    },
  );
  const text = await printed;
  const address = /listens at (\S+)/.exec(text)?.[1] ?? '';
  const call = createClient(ConnectorService, connectTo(t, address)).validate({});
  await called.promise;
  stop();
  assert.deepEqual(await askHealth(text, '/ready'), {
    code: 503,
    status: 'not_ready',
    details: { error: 'the program is stopping' },
  });
  assert.equal((await askHealth(text, '/live')).code, 200);
  release.resolve();
  await call;
  assert.equal(await exitCode, 0);
  await assert.rejects(askHealth(text, '/live'));
});

for (const [what, flags, why] of [
  ['one of the three TLS flags', tlsFlags.slice(1), /--tls-key and --tls-client-ca require --tls-cert/],
  [
    '--tls-client-names without certificates',
    ['--tls-client-names=a.test'],
    /--tls-client-names requires --tls-client-ca/,
  ],
  [
    'a token file that is not there',
    ['--caller-token-file=token'],
    /the caller token file \/nonexistent\/token cannot be read: no such file/,
  ],
  ['--insecure-listen with certificates', [...tlsFlags, '--insecure-listen'], /are mutually exclusive/],
  [
    'a file that is not there',
    [...tlsFlags, '--tls-key=nokey.pem'],
    /cannot read the key \/nonexistent\/nokey\.pem: no such file/,
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
  const port = await occupyPort(t);
  const { exitCode, text, closed } = runServe(t, ['--listen', `127.0.0.1:${port}`]);
  assert.equal(await exitCode, 1);
  assert.match(text.stderr, new RegExp(`cannot listen on 127\\.0\\.0\\.1:${port}: the port is in use`));
  assert.doesNotMatch(text.stderr, /\n {4}at /);
  assert.deepEqual(closed, ['connector']);
});

test('serve reads the client secret, for passwords that are encrypted for it', async (t) => {
  const { exitCode, text } = runServe(t, [
    '--listen=127.0.0.1:0',
    '--client-id=a@b.test/c',
    '--client-secret=secret-token:only',
  ]);
  assert.equal(await exitCode, 2);
  assert.match(text.stderr, /--client-secret: has 2 of 4 parts/);
});

test('each limit of callers is a setting', async (t) => {
  const { printed, text } = runServe(t, [
    '--listen=127.0.0.1:0',
    '--max-connections=2',
    '--max-calls-per-connection=7',
    '--max-in-flight-mib=16',
    '--preface-timeout=3s',
    '--first-call-timeout=50ms',
    '--message-timeout=1h',
    '--idle-timeout=10y',
    '--keepalive-interval=10y',
  ]);
  const [, port] = /listens at 127\.0\.0\.1:(\d+)/.exec(await printed) ?? [];
  const http2 = connectHttp2(`http://127.0.0.1:${port}`);
  t.after(() => http2.destroy());
  // Both may arrive together.
  const goneAway = once(http2, 'goaway');
  const [settings] = await once(http2, 'remoteSettings');
  assert.equal(settings.maxConcurrentStreams, 7);
  const [code] = await goneAway;
  assert.equal(code, 0);
  assert.match(text.stderr, /"setting":"first-call-timeout","limit":50,.*"closed a connection that made no call"/);
});

test('connections of gRPC and HTTP count together', async (t) => {
  const { printed, text } = runServe(t, ['--listen=127.0.0.1:0', '--http-listen=127.0.0.1:0', '--max-connections=1']);
  const lines = await printed;
  const http2 = connectHttp2(`http://${/listens at (\S+)/.exec(lines)?.[1]}`);
  t.after(() => http2.destroy());
  await once(http2, 'remoteSettings');
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const answer = await fetch(/http:\S+/.exec(lines)?.[0] ?? '', { method: 'POST', headers, body: '{}' });
  assert.equal(answer.status, 200);
  assert.match(
    text.stderr,
    /"setting":"max-connections","limit":1,.*"closed a connection without a call for a new one"/,
  );
});

test('the limits of callers are those of the settings', async () => {
  const given = { maxConnections: 2, maxCalls: 3, mib: 16 };
  const settings = createTestSettings(
    limitFields.map((field, index) => [
      field,
      [given.maxConnections, given.maxCalls, given.mib][index] ?? index * 1000,
    ]),
  );
  assert.deepEqual(readLimits(settings), {
    connectionsMax: 2,
    callsPerConnectionMax: 3,
    bytesInFlightMax: 16 * 1024 * 1024,
    prefaceTimeoutMs: 3000,
    firstCallTimeoutMs: 4000,
    messageTimeoutMs: 5000,
    idleTimeoutMs: 6000,
    keepaliveIntervalMs: 7000,
  });
  assert.deepEqual(readLimits(createTestSettings()), defaultLimits);
});
