import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import pino from 'pino';
import { Code, ServiceError } from '../../../src/baton/author/service-error.ts';
import { healthCheckCommand } from '../../../src/baton/commands/health-check.ts';
import { startHealthEndpoint } from '../../../src/baton/server/health/health-endpoint.ts';
import { runAndCollect } from '../command-line/run-and-collect.ts';

async function run(argv: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return await runAndCollect(
    {
      name: 'baton-library',
      version: '1.2.3',
      fields: [],
      connector: () => assert.fail('health-check needs no connector'),
    },
    { default: healthCheckCommand, named: [healthCheckCommand] },
    { argv: ['health-check', '--log-format=console', ...argv], env },
  );
}

/** A connector that lives, and neither takes work nor can do any. */
async function startUnwell(t: TestContext): Promise<string> {
  const server = await startHealthEndpoint({
    listen: { host: '127.0.0.1', port: 0 },
    logger: pino({ level: 'silent' }),
    validate: async () => {
      throw new ServiceError(Code.Unauthenticated, 'the token has expired', { reason: 'token_expired' });
    },
    findUnreadiness: () => 'the program is stopping',
  });
  t.after(() => server.close());
  return String(server.address.port);
}

test('it ends with 0 and says nothing when the connector is well', async (t) => {
  const port = await startUnwell(t);
  const answer = await run(['--endpoint=live', '--health-check-port', port]);
  assert.deepEqual(answer, { exitCode: 0, stdout: '', stderr: '' });
});

test('port and address may come from the environment', async (t) => {
  const port = await startUnwell(t);
  const env = { BATON_HEALTH_CHECK_PORT: port, BATON_HEALTH_CHECK_BIND_ADDRESS: '0.0.0.0' };
  assert.equal((await run(['--endpoint=live'], env)).exitCode, 0);
});

for (const [argv, said] of [
  [[], 'health responded with 503: unhealthy: connector validation failed: the token has expired'],
  [['--endpoint=ready'], 'ready responded with 503: not_ready: the program is stopping'],
] as const) {
  test(`it ends with 1 and says why: ${said}`, async (t) => {
    const port = await startUnwell(t);
    const { exitCode, stderr, stdout } = await run([...argv, '--health-check-port', port]);
    assert.deepEqual([exitCode, stdout], [1, '']);
    assert.equal(stderr, `baton-library: http://127.0.0.1:${port}/${said}\n`);
  });
}

test('an endpoint that there is not is a fault of usage', async () => {
  const { exitCode, stderr } = await run(['--endpoint=healthz']);
  assert.equal(exitCode, 2);
  assert.match(stderr, /--endpoint: must be health or ready or live, got "healthz"/);
});
