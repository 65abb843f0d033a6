// docs/debugging.md: its commands of curl and buf print what it shows. Those of grpcurl are tried by the interop suite.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { runCommandLine } from '../src/baton/command-line/run-command-line.ts';
import { serveCommand } from '../src/baton/commands/serve.ts';
import { percipioFields } from '../src/percipio/config.ts';
import { createPercipioConnector } from '../src/percipio/connector.ts';
import { quickTiming } from './percipio/start-connector.ts';
import { READY_AT_ONCE, startSimulator } from './simulator/percipio/start-simulator.ts';

/** Where the page has the servers. */
const httpAddress = '127.0.0.1:8090';
const grpcAddress = '127.0.0.1:50051';

/** With the tools that `npm ci` installs. */
const path = `${fileURLToPath(new URL('../node_modules/.bin', import.meta.url))}:${process.env.PATH}`;

const page = readFileSync(new URL('../docs/debugging.md', import.meta.url), 'utf8');

/** What the page shows: a command, without its line breaks, and what it prints. */
const shown = Array.from(
  page.matchAll(/^```console\n\$ (.*?[^\\])\n(.*?)\n```$/gms),
  ([, command = '', output = '']) => ({
    command: command.replaceAll(/ \\\n */g, ' '),
    output,
  }),
);

/** Serves the organization that `simulate` has by default, and answers where. */
async function serve(t: TestContext): Promise<{ grpc: string; http: string }> {
  const organization = { users: 200, courses: 100, activityRows: 5000 };
  const { url, organizationId, token } = await startSimulator(t, { ...organization, ...READY_AT_ONCE });
  const stop = new AbortController();
  const printed = Promise.withResolvers<string>();
  const ended = runCommandLine(
    {
      name: 'baton-percipio',
      version: '0.0.0-test',
      fields: percipioFields,
      connector: (settings, environment) => createPercipioConnector(settings, environment, quickTiming),
    },
    { default: serveCommand, named: [serveCommand] },
    {
      argv: ['serve', '--listen=127.0.0.1:0', '--http-listen=127.0.0.1:0', '--log-level=error'],
      env: { BATON_BASE_URL: url, BATON_ORGANIZATION_ID: organizationId, BATON_API_TOKEN: token },
      cwd: '/nonexistent',
      signal: stop.signal,
      stdout: { write: (text) => printed.resolve(text) },
      stderr: { write: (text) => printed.reject(new Error(text)) },
    },
  );
  t.after(async () => {
    stop.abort();
    await ended;
  });
  const text = await printed.promise;
  return { grpc: /listens at (\S+)/.exec(text)?.[1] ?? '', http: /http:\/\/([^/]+)/.exec(text)?.[1] ?? '' };
}

/** Whether an output is as shown: `…` stands for some characters, and on a line of its own for some lines. */
function isAsShown(output: string, shown: string): boolean {
  const pattern = shown
    .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('\n…\n', '\n(?:.*\n)*?')
    .replaceAll('…', '.*');
  return new RegExp(`^${pattern}$`).test(output);
}

for (const [tool, least] of [
  ['curl', 10],
  ['buf', 2],
] as const) {
  test(`docs/debugging.md: the ${tool} commands print what it shows`, {
    skip: spawnSync(tool, ['--version'], { env: { PATH: path } }).status === 0 ? false : `${tool} is not installed`,
  }, async (t) => {
    const { grpc, http } = await serve(t);
    const commands = shown.filter(({ command }) => command.startsWith(`${tool} `));
    assert.ok(commands.length >= least, `the page has ${commands.length} ${tool} commands`);
    for (const { command, output } of commands) {
      await t.test(command, async () => {
        const here = command.replaceAll(httpAddress, http).replaceAll(grpcAddress, grpc);
        // Nothing of the environment, for it may name a proxy.
        const ran = await promisify(execFile)('sh', ['-c', here], { env: { PATH: path, HOME: process.env.HOME } });
        assert.equal(ran.stderr, '');
        const printed = ran.stdout.replace(/\n$/, '');
        // Otherwise both, for the sake of what the failure shows.
        if (!isAsShown(printed, output)) assert.equal(printed, output);
      });
    }
  });
}

test('docs/debugging.md: every command is one that a test runs', () => {
  assert.equal(shown.length, page.split('```console').length - 1);
  for (const { command } of shown) assert.match(command, /^(?:buf|curl|grpcurl) /);
});

test('what is left out matches anything, and all else only itself', () => {
  assert.ok(isAsShown('{"a":[1,2],"b":3}', '{"a":…,"b":3}'));
  assert.ok(!isAsShown('{"a":[1,2],"b":4}', '{"a":…,"b":3}'));
  assert.ok(isAsShown('a\nb\nc\nd', 'a\n…\nd'));
  assert.ok(isAsShown('a\nd', 'a\n…\nd'));
  assert.ok(!isAsShown('a\nb\ncd', 'a\n…\nd'));
  assert.ok(!isAsShown('axb', 'a.b'));
});
