// The command `lambda` as a process, between a simulated AWS Lambda and a simulated ConductorOne.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Code, ConnectError } from '@connectrpc/connect';
import { ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import { EventService } from '#gen/c1/connector/v2/event_feed_pb.js';
import { GrantManagerService } from '#gen/c1/connector/v2/grant_pb.js';
import { ResourceTypesService } from '#gen/c1/connector/v2/resource_pb.js';
import type { HostedOptions } from '../../../src/simulator/conductorone/hosted/hosted-simulator.ts';
import type { LambdaSimulatorOptions } from '../../../src/simulator/lambda/runtime-api.ts';
import { startPercipioSimulator } from '../../../src/simulator/percipio/percipio-simulator.ts';
import { createHostedConfig } from './hosted-services.ts';
import { type HostedProcess, startHosted } from './start-hosted.ts';

const config = { 'api-token': 'simulated-percipio-token', 'organization-id': '0b7ec9a1-58dc-4ea8-b7a3-5a2f3d1c9e44' };
const { listResourceTypes } = ResourceTypesService.method;

async function start(options: Partial<HostedOptions> & LambdaSimulatorOptions = {}) {
  return startHosted({ config, ...options });
}

/** Its log lines. All that it writes is JSON, and no secret is in it. */
async function logOf(process: HostedProcess, secrets: readonly string[]): Promise<Record<string, unknown>[]> {
  const { stdout, stderr } = await process.ended;
  assert.equal(stdout, '');
  for (const secret of [...secrets, config['api-token']]) assert.ok(!stderr.includes(secret), 'a secret is in the log');
  return stderr
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const statusOf = async (call: Promise<unknown>) =>
  await call.then(
    () => undefined,
    (error: unknown) => ConnectError.from(error),
  );

describe('a hosted connector', () => {
  test('fetches its config with a proven key, and answers calls', async () => {
    await using hosted = await start({ config: { ...config, 'course-ids': ['x'], [config['api-token']]: 'y' } });
    const process = hosted.start({ tenant: 't1', connector: 'c1', version: 'v9' });
    await hosted.lambda.ready();
    assert.deepEqual(
      hosted.conductorone.tokens.answers.map(({ fault }) => fault),
      [undefined],
    );
    const [fetched] = hosted.conductorone.calls.named('GetConnectorConfig');
    assert.partialDeepStrictEqual(fetched?.request, { requestedVersion: '' });
    assert.match(fetched?.headers.get('user-agent') ?? '', /^baton-lambda\/simulated-connector-/);
    const { list } = await hosted.invoker.call(listResourceTypes, {});
    assert.deepEqual(
      list.map(({ id }) => id),
      ['course', 'role', 'user'],
    );
    // Provisioning is on without a setting: the request is judged, not the permission.
    const grant = await statusOf(hosted.invoker.call(GrantManagerService.method.grant, {}));
    assert.notEqual(grant?.code, Code.FailedPrecondition);
    assert.ok((await hosted.invoker.call(EventService.method.listEventFeeds, {})).list.length > 0);
    process.kill('SIGTERM');
    const log = await logOf(process, hosted.conductorone.tokens.secrets);
    assert.ok(
      log.every((line) => line.tenant_id === 't1' && line.connector_id === 'c1' && line.release_version === 'v9'),
    );
    const [ignored] = log.filter(({ msg }) => /^ignored values in the config/.test(String(msg)));
    assert.deepEqual(ignored?.names, ['course-ids', '[redacted]']);
  });

  test('answers a nonce challenge once, and proves the nonce from then on', async () => {
    await using hosted = await start({ tokenLifetimeSeconds: 5 });
    hosted.conductorone.tokens.demandNonce();
    hosted.start();
    await hosted.lambda.ready();
    hosted.conductorone.config.version = '2';
    await hosted.invoker.call(listResourceTypes, {}, { 'x-baton-connector-config-version': '2' });
    assert.deepEqual(
      hosted.conductorone.tokens.answers.map(({ status }) => status),
      [400, 200, 200],
    );
  });

  test('gives up after a second nonce challenge', async () => {
    await using hosted = await start();
    const { tokens } = hosted.conductorone;
    tokens.demandsNonceAlways = true;
    tokens.demandNonce();
    const process = hosted.start();
    assert.equal((await process.ended).exit, 1);
    assert.deepEqual(
      tokens.answers.map(({ status }) => status),
      [400, 400],
    );
    await logOf(process, tokens.secrets);
  });

  test('rejects callers without a right token, but says what does not exist to anyone', async () => {
    await using hosted = await start();
    hosted.start();
    const call = (authorization: string) => statusOf(hosted.invoker.call(listResourceTypes, {}, { authorization }));
    assert.deepEqual(
      [(await call(''))?.rawMessage, (await call('Basic x'))?.rawMessage],
      ['missing authorization header', 'invalid authorization header'],
    );
    const expired = hosted.invoker.token({ claims: { exp: 1 } });
    assert.equal((await call(`Bearer ${expired}`))?.code, Code.Unauthenticated);
    const unknown = await hosted.lambda.invoke(JSON.stringify({ method: '/no.such.Service/X', headers: {} }));
    assert.deepEqual(JSON.parse(unknown.body), {
      status: {
        '@type': 'type.googleapis.com/google.rpc.Status',
        code: Code.Unimplemented,
        message: 'unknown service no.such.Service',
      },
    });
  });

  test('goes on after a payload that is not a call', async () => {
    await using hosted = await start();
    hosted.start();
    const failed = await hosted.lambda.invoke('nonsense');
    assert.deepEqual(failed, {
      kind: 'error',
      type: 'Runtime.UnreadablePayload',
      body: '{"errorMessage":"the payload is not JSON","errorType":"Runtime.UnreadablePayload"}',
    });
    const empty = await hosted.lambda.invoke('{}');
    assert.equal(empty.kind, 'response');
    assert.equal((await hosted.invoker.call(listResourceTypes, {})).list.length, 3);
  });

  test('builds the connector again for a new version of the config, and keeps the old one if that fails', async () => {
    await using hosted = await start();
    const process = hosted.start();
    await hosted.invoker.call(listResourceTypes, {});
    const version = (name: string) => ({ 'x-baton-connector-config-version': name });
    const served = hosted.conductorone.config;
    served.value = { ...config, 'organization-id': '' };
    served.version = '2';
    const rejected = await statusOf(hosted.invoker.call(listResourceTypes, {}, version('2')));
    assert.equal(rejected?.code, Code.Unavailable);
    assert.match(rejected?.rawMessage ?? '', /^lambda-run: failed to reload connector config: .*organization-id/);
    served.value = { ...config, 'sync-licenses': true };
    const types = await hosted.invoker.call(listResourceTypes, {}, version('2'));
    assert.ok(types.list.some(({ id }) => id === 'license'));
    process.kill('SIGTERM');
    const log = await logOf(process, hosted.conductorone.tokens.secrets);
    assert.equal(log.filter(({ msg }) => msg === 'config changed').length, 1);
  });

  test('before a sync of the types that its config names, it asks Percipio for nothing else', async () => {
    await using percipio = await startPercipioSimulator({ users: 20, courses: 3, activityRows: 60 });
    await using hosted = await start({ config: { ...createHostedConfig(percipio), 'sync-resource-types': ['user'] } });
    hosted.start();
    await hosted.invoker.call(ConnectorService.method.validate, {});
    assert.equal(percipio.requests.of({ path: /users/ }).length, 1);
    assert.equal(percipio.requests.of({ path: /catalog/ }).length, 0);
  });

  for (const [expires, at] of [
    ['has expired', '2020-01-31T10:20:30Z'],
    ['has not expired', '2100-01-31T10:20:30Z'],
  ] as const) {
    test(`logs at level debug only until that expires: it ${expires}`, async () => {
      await using hosted = await start();
      hosted.conductorone.config.value = { ...config, 'log-level': 'debug', 'log-level-debug-expires-at': at };
      const process = hosted.start();
      await hosted.invoker.call(listResourceTypes, {});
      process.kill('SIGTERM');
      const log = await logOf(process, hosted.conductorone.tokens.secrets);
      assert.equal(
        log.some(({ level, config_version: version }) => level === 'debug' && version !== undefined),
        expires === 'has not expired',
      );
    });
  }

  test('does without a session store', async () => {
    await using hosted = await start({ hasSessions: false });
    const process = hosted.start({ BATON_LOG_LEVEL: 'debug' });
    await hosted.invoker.call(ConnectorService.method.cleanup, { activeSyncId: '2ABCDEFGHIJKLMNOPQRSTUVWXYZ' });
    process.kill('SIGTERM');
    const log = await logOf(process, hosted.conductorone.tokens.secrets);
    assert.ok(log.some(({ msg }) => msg === 'ConductorOne has no session store yet'));
    assert.deepEqual(
      log.filter(({ level, msg }) => level === 'warn' && msg !== 'stopped by SIGTERM'),
      [],
    );
  });

  test('logs no more at level debug after a call that finds it expired', async () => {
    await using hosted = await start();
    const expiresAtMs = Date.now() + 5000;
    const expires = new Date(expiresAtMs).toISOString();
    hosted.conductorone.config.value = { ...config, 'log-level': 'debug', 'log-level-debug-expires-at': expires };
    const process = hosted.start();
    await hosted.lambda.ready();
    await sleep(Math.max(0, expiresAtMs - Date.now()) + 100);
    await hosted.invoker.call(listResourceTypes, {}, { 'x-request-id': 'late' });
    process.kill('SIGTERM');
    const log = await logOf(process, hosted.conductorone.tokens.secrets);
    assert.deepEqual(
      log.filter((line) => line.request_id === 'late'),
      [],
    );
  });

  test('answers before Lambda kills it', async () => {
    await using hosted = await start({ timeoutMs: 1 });
    hosted.start();
    const late = await statusOf(hosted.invoker.call(ConnectorService.method.getMetadata, {}));
    assert.equal(late?.code, Code.DeadlineExceeded);
  });

  test('fails an invocation whose end Lambda does not name, and goes on', async () => {
    await using hosted = await start();
    hosted.start();
    hosted.lambda.nameDeadline('soon');
    const failed = await hosted.lambda.invoke('{}');
    assert.deepEqual([failed.kind, failed.kind === 'error' && failed.type], ['error', 'Runtime.UnreadableDeadline']);
    hosted.lambda.nameDeadline(undefined);
    assert.equal((await hosted.invoker.call(listResourceTypes, {})).list.length, 3);
  });

  for (const [what, status] of [
    ['fails', 500],
    ['closes the connection', 0],
  ] as const) {
    test(`ends when the runtime API ${what}`, async () => {
      await using hosted = await start();
      const process = hosted.start();
      await hosted.lambda.ready();
      hosted.lambda.failNext(status);
      assert.equal((await process.ended).exit, 1);
      const log = await logOf(process, hosted.conductorone.tokens.secrets);
      assert.match(String(log.at(-1)?.error), /runtime API/);
    });
  }

  test('takes a token of the type Bearer, and replaces one that was revoked', async () => {
    await using hosted = await start();
    const { tokens, config: served, calls } = hosted.conductorone;
    tokens.tokenType = 'Bearer';
    hosted.start();
    await hosted.lambda.ready();
    tokens.revokeAll();
    served.version = '2';
    await hosted.invoker.call(listResourceTypes, {}, { 'x-baton-connector-config-version': '2' });
    assert.deepEqual(
      tokens.answers.map(({ status }) => status),
      [200, 200],
    );
    assert.match(calls.named('GetConnectorConfig').at(-1)?.headers.get('authorization') ?? '', /^Bearer /);
  });

  test('does not use a token of an unknown type', async () => {
    await using hosted = await start();
    const { tokens, calls } = hosted.conductorone;
    tokens.tokenType = 'MAC';
    const process = hosted.start();
    assert.equal((await process.ended).exit, 1);
    assert.match(hosted.lambda.startFailures[0]?.body ?? '', /a token whose type is neither DPoP nor Bearer/);
    assert.equal(calls.named('GetConnectorConfig').length, 0);
    await logOf(process, tokens.secrets);
  });

  test('keeps its token when a call fails for another reason', async () => {
    await using hosted = await start();
    const { tokens, config: served } = hosted.conductorone;
    hosted.start();
    await hosted.lambda.ready();
    served.version = '2';
    served.fault = Code.Internal;
    const version = { 'x-baton-connector-config-version': '2' };
    assert.equal((await statusOf(hosted.invoker.call(listResourceTypes, {}, version)))?.code, Code.Unavailable);
    served.fault = undefined;
    await hosted.invoker.call(listResourceTypes, {}, version);
    assert.equal(tokens.answers.length, 1);
  });
});

describe('a start that fails is reported to Lambda, and ends the process', () => {
  const cases: Readonly<
    Record<string, { serve?: unknown; status?: number; env?: Record<string, string | undefined>; message: RegExp }>
  > = {
    'a refused assertion': { status: 401, message: /refuses the credentials/ },
    'a broken token endpoint': { status: 500, message: /answered 500/ },
    'a config that is not JSON': { serve: 'nonsense', message: /is not a JSON object/ },
    'a config that is a list': { serve: [], message: /is not a JSON object/ },
    'a config without a token': { serve: { 'organization-id': config['organization-id'] }, message: /api-token/ },
    'a config with a wrong kind': { serve: { ...config, region: ['us'] }, message: /region/ },
    'a damaged secret': { env: { BATON_LAMBDA_CLIENT_SECRET: 'a:b:v1:x' }, message: /client secret/ },
    'a missing certificate file': {
      env: { BATON_LAMBDA_CA_CERT_PATH: '/no/such/file' },
      message: /BATON_LAMBDA_CA_CERT_PATH/,
    },
    'keys of callers that cannot be fetched': {
      env: { BATON_LAMBDA_AUTH_JWT_SIGNER: undefined, BATON_LAMBDA_AUTH_JWT_JWKS_URL: 'http://127.0.0.1:1/keys' },
      message: /cannot fetch the keys of callers/,
    },
    'a certificate file without a certificate': {
      env: { BATON_LAMBDA_CA_CERT_PATH: '/dev/null' },
      message: /BATON_LAMBDA_CA_CERT_PATH/,
    },
    'no AWS credentials': { env: { AWS_SECRET_ACCESS_KEY: undefined }, message: /AWS_SECRET_ACCESS_KEY/ },
  };
  for (const [what, { serve, status, env, message }] of Object.entries(cases)) {
    test(what, async () => {
      await using hosted = await start();
      if (serve !== undefined) hosted.conductorone.config.value = serve;
      hosted.conductorone.tokenStatus = status;
      const process = hosted.start(env);
      const { exit } = await process.ended;
      assert.ok(exit === 1 || exit === 2, `exit ${exit}`);
      const [failure] = hosted.lambda.startFailures;
      assert.equal(failure?.type, 'Runtime.StartFailed');
      assert.match(failure?.body ?? '', message);
      await logOf(process, hosted.conductorone.tokens.secrets);
    });
  }
});

test('outside of AWS Lambda the command says what it needs', async () => {
  await using hosted = await start();
  const process = hosted.start({ AWS_LAMBDA_RUNTIME_API: undefined });
  assert.equal((await process.ended).exit, 2);
  const [line] = await logOf(process, []);
  assert.match(String(line?.msg), /^AWS_LAMBDA_RUNTIME_API is not set/);
});

test('a key of callers and a URL of keys exclude each other', async () => {
  await using hosted = await start();
  const process = hosted.start({ BATON_LAMBDA_AUTH_JWT_JWKS_URL: 'http://127.0.0.1:1/keys' });
  assert.equal((await process.ended).exit, 2);
  const [line] = await logOf(process, []);
  assert.match(String(line?.msg), /BATON_LAMBDA_AUTH_JWT_JWKS_URL are mutually exclusive/);
});

test('all missing settings are named at once', async () => {
  await using hosted = await start();
  const process = hosted.start({
    BATON_LAMBDA_CLIENT_ID: undefined,
    BATON_LAMBDA_AUTH_JWT_SIGNER: undefined,
    BATON_LAMBDA_AUTH_JWT_EXPECTED_ISSUER: undefined,
  });
  const { exit, stderr } = await process.ended;
  assert.equal(exit, 2);
  for (const name of ['lambda-client-id', 'lambda-auth-jwt-signer', 'lambda-auth-jwt-expected-issuer']) {
    assert.match(stderr, new RegExp(name));
  }
});
