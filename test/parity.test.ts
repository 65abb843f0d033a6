// docs/parity.md: what it says about this program is true, where a machine can check that.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ConnectError } from '@connectrpc/connect';
import packageJson from '../package.json' with { type: 'json' };
import { Code } from '../src/baton/author/code.ts';
import { StopRequest } from '../src/baton/author/host.ts';
import { builtInFlags } from '../src/baton/command-line/command.ts';
import { completionCommand } from '../src/baton/commands/completion.ts';
import { runCommand } from '../src/baton/commands/run.ts';
import { isFinal } from '../src/baton/conductorone/tasks/task-outcome.ts';
import type { Field } from '../src/baton/config/field.ts';
import { defaultFields } from '../src/baton/config/fields/default-fields.ts';
import { syncRetryTimeout } from '../src/baton/config/fields/run.ts';
import { withStandardCommands } from '../src/baton/run-program.ts';
import { createConnectorCheck } from '../src/baton/server/health/connector-check.ts';
import { encodeActionId } from '../src/baton/services/actions/action-id.ts';
import { defaultChangePolicy } from '../src/baton/services/provisioning/changes.ts';
import { simulateCommand } from '../src/commands/simulate.ts';
import { percipioFields } from '../src/percipio/config.ts';
import { createPercipioConnector } from '../src/percipio/connector.ts';
import { defaultTiming } from '../src/percipio/timing.ts';
import { createCredentials } from '../src/simulator/conductorone/credentials.ts';
import { runAndCollect } from './baton/command-line/run-and-collect.ts';
import { createWorkFolder, runProgram, type WorkFolder } from './e2e/run-program.ts';
import { READY_AT_ONCE, startSimulator } from './simulator/percipio/start-simulator.ts';

/** Flags that a Go connector on baton-sdk v0.20.2 rejects as unknown. */
const ours = [
  ...[
    'activity-details',
    'allow-plain-http',
    'changes',
    'changes-results',
    'compare',
    'content-types',
    'dry-run',
    'help-all',
    'ignore-unknown-account-fields',
    'max-removed',
    'max-response-mib',
    'no-resume',
    'no-wait',
    'otel-metrics-disabled',
    'output',
    'password-file',
    'region',
    'report-id',
    'report-lookback',
    'report-mapping',
  ],
  ...['report-timeout', 'reset-role-on-disable', 'skip-compliance-courses', 'skip-retired-courses', 'sync-licenses'],
  'sync-retry-timeout',
  'sync-time-limit',
];
const newer = ['external-resource-traits'];

const fields = [...builtInFlags, ...defaultFields, ...percipioFields, ...(runCommand.fields ?? [])];

const page = readFileSync(new URL('../docs/parity.md', import.meta.url), 'utf8');

interface Row {
  readonly what: string;
  readonly ours: string;
}

/** The rows of the table below a heading. */
function rowsBelow(heading: string): readonly Row[] {
  const section = page.split(`\n## ${heading}\n`)[1] ?? '';
  const [table = ''] = /(?:^\|.*\n)+/m.exec(section) ?? [];
  const rows = table.trimEnd().split('\n').slice(2);
  assert.ok(rows.length > 0, `docs/parity.md has no table below "${heading}"`);
  return rows.map((row) => {
    const [, what = '', , ours = ''] = row.split('|');
    return { what: what.trim(), ours: ours.trim() };
  });
}

/** What the page says about this program in the row with this title. */
function saysOf(heading: string, what: string): string {
  const row = rowsBelow(heading).find((each) => each.what === what);
  assert.ok(row, `docs/parity.md has no row "${what}" below "${heading}"`);
  return row.ours;
}

/** The flags of the list item that begins with a verdict. */
function namesWhere(verdict: string): readonly string[] {
  const item = page.split('\n').find((line) => line.startsWith(`- ${verdict}`));
  assert.ok(item, `docs/parity.md has no list of flags that begins with "${verdict}"`);
  return /: (.*?)\.(?: |$)/.exec(item)?.[1]?.split(', ') ?? [];
}

/** How the page writes flags: hidden ones in italics. */
function written(some: readonly Field[]): readonly string[] {
  return some
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, shorthand, hidden }) => {
      const flag = `\`--${name}\`${shorthand ? ` (\`-${shorthand}\`)` : ''}`;
      return hidden ? `_${flag}_` : flag;
    });
}

const isRefused = ({ unsupported }: Field) => unsupported?.answer === 'refuse' && !unsupported.values;
const isWithoutEffect = ({ unsupported }: Field) => unsupported !== undefined && unsupported.answer !== 'refuse';
const isOfBoth = ({ name }: Field) => !ours.includes(name) && !newer.includes(name);

for (const [what, verdict, belongs] of [
  ['work as in the Go connector', 'Same: ', (field) => isOfBoth(field) && !isRefused(field) && !isWithoutEffect(field)],
  ['are accepted without effect', 'Accepted without effect: ', (field) => isOfBoth(field) && isWithoutEffect(field)],
  ['are rejected', 'Rejected as not supported yet: ', (field) => isOfBoth(field) && isRefused(field)],
  [
    'only newer Go connectors have',
    'Only in baton-sdk v0.25.0, and the same here: ',
    ({ name }) => newer.includes(name),
  ],
  ['no Go connector has', 'Only in this program: ', ({ name }) => ours.includes(name)],
] as const satisfies readonly [string, string, (field: Field) => boolean][]) {
  test(`docs/parity.md lists exactly the flags that ${what}`, () => {
    assert.deepEqual(namesWhere(verdict), written(fields.filter(belongs)));
  });
}

/** Syncs the organization of the page, and returns the lines of its log. */
async function syncWithLog(t: TestContext, folder: WorkFolder, level: string) {
  const simulator = await startSimulator(t, { users: 60, courses: 20, activityRows: 400, ...READY_AT_ONCE });
  const argv = ['--output=json', '--log-format=json', `--log-level=${level}`, `--file=${level}.c1z`];
  const { exitCode, stdout, stderr } = await runProgram(simulator, folder, { argv });
  assert.equal(exitCode, 0, stderr);
  return { simulator, summary: JSON.parse(stdout), lines: stderr.trimEnd().split('\n') };
}

test('docs/parity.md: the result of a sync, its requests and its log', async (t) => {
  const folder = await createWorkFolder(t);
  const { simulator, summary, lines } = await syncWithLog(t, folder, 'info');
  const { resources, entitlements, grants } = summary;
  const says = (what: string) => saysOf('The result of a sync', what);
  assert.equal(
    says('resource types'),
    Object.keys(resources)
      .sort()
      .map((type) => `\`${type}\``)
      .join(', '),
  );
  const counted = `${resources.course} courses and ${resources.user} users with the same ids and names, and ${resources.role} roles`;
  assert.equal(says('resources'), counted);
  assert.match(says('entitlements'), new RegExp(`^${entitlements.course} with .* and ${entitlements.role} of roles:`));
  assert.equal(says('roles of users'), `in profiles, and ${grants['role assigned']} grants`);

  const counts = [...simulator.requests.counts];
  const kinds = {
    users: /\/users$/,
    catalog: /catalog-content$/,
    compliance: /compliance-content$/,
    report: /learning-activity$/,
    polls: /requests\/:id$/,
  };
  const parts = Object.entries(kinds).map(
    ([name, path]) => `${name} ${counts.find(([kind]) => path.test(kind))?.[1] ?? 0}`,
  );
  assert.equal(says('requests for this sync'), `${simulator.requests.total}: ${parts.join(', ')}`);

  const debug = await syncWithLog(t, folder, 'debug');
  // Progress is only logged on a machine so busy that a phase takes 15 s.
  const info = lines.filter((line) => !JSON.parse(line).msg.startsWith('syncing '));
  assert.match(saysOf('Log', 'lines of a successful sync at level info'), new RegExp(`^${info.length}: `));
  const [, about] =
    /^about (\d+): .* call .* request to Percipio/.exec(saysOf('Log', 'its lines at level debug')) ?? [];
  // How many calls it takes until a report is ready depends on the machine.
  assert.ok(Math.abs(debug.lines.length - Number(about)) < 10, `${debug.lines.length} lines`);
  const requests = debug.lines.filter((line) => line.includes('"msg":"percipio request"'));
  assert.equal(requests.length, simulator.requests.total);
});

test('docs/parity.md: how often is polled and retried', () => {
  const { reportPollMinMs, reportPollMaxMs, requestRetry, downloadRetry } = defaultTiming;
  assert.equal(
    saysOf('The result of a sync', 'polls of the report'),
    `after ${reportPollMinMs / 1000} s or as soon as the report is needed, then at twice the interval each time, up to ${reportPollMaxMs / 1000} s`,
  );
  const requests = `retries ${requestRetry.attemptsMax - 1} times`;
  assert.equal(saysOf('Failures', 'nothing is listening on the address'), `${requests}, then fails`);
  const retryMinutes = Number(syncRetryTimeout.defaultValue) / 60_000;
  assert.equal(
    saysOf('Failures', '408, 429, 5xx but 501'),
    `${requests}, and then the call that needed it for \`--sync-retry-timeout\` (${retryMinutes} min); respects \`Retry-After\``,
  );
  assert.equal(saysOf('Failures', 'report download that breaks off'), `retries ${downloadRetry.attemptsMax - 1} times`);
});

test('docs/parity.md: the exit codes of signals', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const { exitCode } = new StopRequest(signal);
    assert.equal(saysOf('Failures', `${signal} during a sync`), `exit code ${exitCode}; the unfinished sync is kept`);
  }
});

test('docs/parity.md: how often /health calls Percipio', async () => {
  let nowMs = 0;
  const callsMs: number[] = [];
  const check = createConnectorCheck({ validate: async () => callsMs.push(nowMs), now: () => nowMs });
  for (; callsMs.length < 2; nowMs += 1000) await check.find();
  const text = `the same bodies; \`/health\` calls Percipio at most every ${Number(callsMs[1]) / 1000} s while it is healthy`;
  assert.equal(saysOf('Commands', '`/health`, `/ready`, `/live`'), text);
});

test('docs/parity.md: the id of an action', () => {
  const response = { success: true, user_id: 'ed68fa89-724d-4bf6-af53-4862c4e19912', is_active: false, changed: true };
  const id = encodeActionId({ name: 'disable_user', isDone: true, response });
  const [, prefix = '', length] =
    /`(.*?)` and about (\d+) characters/.exec(
      saysOf('Changes, actions and events', 'outcome of an action, requested later'),
    ) ?? [];
  assert.ok(id.startsWith(prefix) && prefix !== '', id);
  assert.ok(Math.abs(id.length - Number(length)) < 20, `${id} has ${id.length} characters`);
});

/** Runs the program in this process, as far as it gets without a Percipio. */
async function run(
  t: TestContext,
  argv: readonly string[],
  { env = {}, yaml }: { readonly env?: Readonly<Record<string, string>>; readonly yaml?: string } = {},
) {
  const folder = await createWorkFolder(t);
  if (yaml !== undefined) await writeFile(join(folder.path, '.baton.yaml'), yaml);
  return await runAndCollect(
    {
      name: packageJson.name,
      version: packageJson.version,
      fields: percipioFields,
      connector: createPercipioConnector,
    },
    withStandardCommands([simulateCommand]),
    { argv, env, cwd: folder.path },
  );
}

const { clientId, clientSecret } = createCredentials('tenant.test');
const account = { BATON_API_TOKEN: 'x', BATON_ORGANIZATION_ID: '5b1c9d52-8f0e-4c8b-9a55-0c6f5e3a7d10' };

interface Usage {
  readonly row: string;
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly yaml?: string;
  readonly says: RegExp;
}

const usageErrors: readonly Usage[] = [
  { row: 'several errors', argv: ['--workers=x', '--nope'], says: /2 errors:\n.*--nope.*\n.*--workers/ },
  { row: 'unknown flag', argv: ['--nope'], says: /: --nope: unknown flag\n/ },
  { row: 'unknown flag', argv: ['--log-levle=info'], says: /: --log-levle: unknown flag; did you mean --log-level\?/ },
  { row: 'unknown command', argv: ['nonsense'], says: /unknown command "nonsense"/ },
  { row: 'unknown command', argv: ['help', 'nonsense'], says: /unknown command "nonsense"/ },
  {
    row: 'missing required setting',
    env: { ...account, BATON_API_TOKEN: '', BATON_API_TOKN: 'x' },
    says: /--api-token .*BATON_API_TOKEN\nWarning: BATON_API_TOKN: .*did you mean BATON_API_TOKEN/,
  },
  { row: '`--workers=x`', argv: ['--workers=x'], says: /--workers/ },
  { row: '`BATON_WORKERS=x`', env: { ...account, BATON_WORKERS: 'x' }, says: /BATON_WORKERS/ },
  { row: '`--task-concurrency 0`', argv: ['--task-concurrency', '0'], says: /--task-concurrency/ },
  { row: '`--http-timeout-seconds 0`', argv: ['--http-timeout-seconds', '0'], says: /--http-timeout-seconds/ },
  { row: '`--log-level loud`', argv: ['--log-level', 'loud'], says: /--log-level/ },
  { row: 'malformed `.baton.yaml`', yaml: 'file: [\n', says: /\.baton\.yaml line \d/ },
  {
    row: 'missing file in `BATON_CONFIG_PATH`',
    env: { ...account, BATON_CONFIG_PATH: '/nonexistent.yaml' },
    says: /nonexistent\.yaml.*BATON_CONFIG_PATH/,
  },
  {
    row: '`BATON_CONFIG_PATH` not `.yaml` or `.yml`',
    env: { ...account, BATON_CONFIG_PATH: '/nonexistent.toml' },
    says: /BATON_CONFIG_PATH.*\.yaml or \.yml/,
  },
  {
    row: '`BATON_CLIENT_ID` without `BATON_CLIENT_SECRET`',
    env: { ...account, BATON_CLIENT_ID: clientId },
    says: /BATON_CLIENT_ID.*BATON_CLIENT_SECRET/,
  },
  {
    row: '`--limited-courses` with something that is not a UUID',
    argv: ['--limited-courses=00000000-0000-4000-8000-000000000001,nope'],
    says: /--limited-courses.*nope/,
  },
  {
    row: 'mutually exclusive flags',
    argv: ['--revoke-grant=g', '--delete-resource=r', '--delete-resource-type=t'],
    says: /--revoke-grant.*--delete-resource/,
  },
];

/** Rows whose subject has tests of its own: those of test/baton/config and command-line, test/percipio/normalize-settings and test/e2e/failures. */
const testedElsewhere = [
  '`--help`',
  '`--organization-id` that is not a UUID',
  'client id and client secret swapped, or organization id and token',
  'a placeholder such as `<api token>` or `…` as a value',
  'quotes around the value of a variable, as Docker keeps them in an `--env-file`; a line break after it',
  '`BATON_PROVISIONING=yes` (`on`, `no`, `off`)',
  'a variable `BATON_…` that nothing reads',
  'precedence',
  '`.baton.yaml` that another user owns or may write',
  '`--limited-courses` with semicolons, line breaks, capitals, quotes or braces, or as a JSON array',
  '`--api-token` with `Bearer`, quotes or line breaks around it; `--organization-id` in braces or capitals',
];

const singleCommandErrors: readonly Usage[] = [
  {
    row: '`--grant-entitlement` without `--grant-principal-type`, `--delete-resource` without its type',
    argv: ['--grant-entitlement=e', '--grant-principal=p'],
    says: /--grant-principal-type/,
  },
  {
    row: '`--grant-entitlement` without `--grant-principal-type`, `--delete-resource` without its type',
    argv: ['--delete-resource=r'],
    says: /--delete-resource-type/,
  },
  {
    row: '`--delete-resource-type`, `--event-feed-id` alone',
    argv: ['--delete-resource-type=t'],
    says: /--delete-resource-type requires --delete-resource/,
  },
  { row: '`--delete-resource-type`, `--event-feed-id` alone', argv: ['--event-feed-id=f'], says: /--event-feed/ },
  {
    row: 'several of these flags',
    argv: ['--revoke-grant=g', '--create-account-login=l'],
    says: /--revoke-grant.*--create-account-login|--create-account-login.*--revoke-grant/,
  },
  {
    row: 'one of these flags with `--client-id`',
    argv: ['--revoke-grant=g', `--client-id=${clientId}`, `--client-secret=${clientSecret}`],
    says: /--revoke-grant.*--client-id/,
  },
  {
    row: '`--list-resource-actions`, `--invoke-resource-action`',
    argv: ['--list-resource-actions=t'],
    says: /--list-resource-actions is not supported/,
  },
  {
    row: '`--list-resource-actions`, `--invoke-resource-action`',
    argv: ['--invoke-resource-action=a'],
    says: /--invoke-resource-action is not supported/,
  },
];

for (const [heading, cases] of [
  ['Command line and settings', usageErrors],
  ['Changes, actions and events', singleCommandErrors],
] as const) {
  for (const { row, argv = [], says, env = account, yaml } of cases) {
    test(`docs/parity.md: ${row}: ${argv.join(' ')} is an error, with exit code 2`, async (t) => {
      const cell = saysOf(heading, row);
      assert.match(cell, /\berror\b|rejected|reports all|unknown flag|names each/);
      const { exitCode, stdout, stderr } = await run(t, argv, { env, ...(yaml !== undefined && { yaml }) });
      assert.equal(exitCode, Number(/and this program with (\d)/.exec(page)?.[1]));
      assert.equal(stdout, '');
      assert.match(stderr, says);
    });
  }
}

test('docs/parity.md: an unknown key of .baton.yaml is a warning with its line and a similar key', async (t) => {
  assert.equal(
    saysOf('Command line and settings', 'unknown key in `.baton.yaml`'),
    'a warning with the line and a similar key',
  );
  const { stderr } = await run(t, ['--skip-full-sync'], { env: account, yaml: 'file: x.c1z\nfiel: x.c1z\n' });
  assert.match(stderr, /"level":"warn".*\.baton\.yaml line 2: .*fiel.*did you mean file\?/);
});

test('docs/parity.md: --version prints what it shows', async (t) => {
  const { stdout, exitCode } = await run(t, ['--version']);
  assert.deepEqual([saysOf('Command line and settings', '`--version`'), exitCode], [`\`${stdout.trimEnd()}\``, 0]);
});

test('docs/parity.md: every row about the command line is checked here', () => {
  const checked = new Set([...usageErrors.map(({ row }) => row), 'unknown key in `.baton.yaml`', '`--version`']);
  for (const row of testedElsewhere) checked.add(row);
  const rows = rowsBelow('Command line and settings').map(({ what }) => what);
  assert.deepEqual(
    rows.filter((what) => !checked.has(what)),
    [],
  );
});

test('docs/parity.md: config lists the settings that it names last, and none of them is required', async (t) => {
  const { stdout } = await run(t, ['config']);
  const exported = JSON.parse(stdout).fields as { name: string; isRequired?: boolean }[];
  const cell = saysOf('Commands', '`config`');
  const [, names = ''] = /; then (`.*`), none of them required; /.exec(cell) ?? [];
  const last = exported.slice(13 + 3);
  assert.equal(names, last.map(({ name }) => `\`${name}\``).join(', '));
  assert.ok(
    last.every((field) => JSON.stringify(field).includes('isRequired') === false),
    JSON.stringify(last),
  );
});

test('docs/parity.md: the shells and the commands that it names', () => {
  assert.match(saysOf('Commands', '`completion`'), new RegExp(`^${completionCommand.argumentChoices?.join(', ')};`));
  const named = withStandardCommands([simulateCommand]).named.map(({ name }) => `\`${name}\``);
  for (const { what } of rowsBelow('Commands')) {
    const commands = what.split(', ').filter((each) => !each.includes('/') && each !== '`help`');
    assert.deepEqual(
      commands.filter((each) => !named.includes(each)),
      [],
      what,
    );
  }
});

test('docs/parity.md: how often changes are tried, and which failures are final', () => {
  const { attemptsMax, delayMinMs, growth = () => Number.NaN } = defaultChangePolicy;
  const waits = Array.from({ length: attemptsMax - 1 }, (_, index) => (delayMinMs * growth(index + 1)) / 1000);
  const list = new Intl.ListFormat('en-GB').format(waits.map(String));
  const text = `up to ${attemptsMax} attempts, after ${list} s`;
  for (const what of ['grant, revoke: UNAVAILABLE, DEADLINE_EXCEEDED', 'create, delete, rotate, action: the same']) {
    assert.equal(saysOf('Service mode', what), text);
  }
  const codes = Object.entries(Code).filter(([, code]) => isFinal(new ConnectError('', code)));
  const names = codes.map(([name]) => name.replace(/(?<=[a-z])[A-Z]/g, '_$&').toUpperCase()).sort();
  const row = rowsBelow('Service mode').find(({ what }) => what.startsWith('action, its schema or status, ticket: '));
  assert.deepEqual(row?.what.split(': ')[1]?.split(', ').sort(), names);
  assert.equal(row.ours, 'final');
});
