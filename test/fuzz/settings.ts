// Settings from the config file, variables and flags: each mistake ends with exit code 2 and names its setting.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { isScalar, parseDocument, visit } from 'yaml';
import type { Command } from '../../src/baton/command-line/command.ts';
import { runCommand } from '../../src/baton/commands/run.ts';
import { defaultFields } from '../../src/baton/config/fields/default-fields.ts';
import { percipioFields } from '../../src/percipio/config.ts';
import { createPercipioConnector } from '../../src/percipio/connector.ts';
import { runAndCollect } from '../baton/command-line/run-and-collect.ts';
import type { Lifetime } from '../lifetime.ts';
import { byteEdits, editBytes } from './edits.ts';
import { defineArea } from './fuzz-area.ts';
import { assertNoSecret, piecesOf } from './secrets.ts';

const secret = 'canary.Zk3v9QpX7mL2wR8tB4nD6sF1';
const organizationId = '5b1c9d52-8f0e-4c8b-9a55-0c6f5e3a7d10';
const fields = [...(runCommand.fields ?? []), ...percipioFields, ...defaultFields].filter(
  // It would write logs to any path.
  ({ name }) => name !== 'log-path',
);

const values = fc.oneof(
  fc.constantFrom(
    ...['', ' ', 'true', 'no', '0', '-1', '1.5', '9007199254740993', '1e9', '5s', '1h30m', '-5m', '10y', 'us', 'info'],
    ...[organizationId, 'http://localhost:1', 'https://u:p@x/', 'ftp://x', '<api-token>', 'a,b', '"a,b",c', '"', '{}'],
    ...[
      '\ud800',
      'é\u202e',
      '\u0000',
      '\u001b[31m',
      '__proto__',
      '../..',
      '%2e',
      'x'.repeat(20_000),
      ','.repeat(20_000),
    ],
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const name = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...fields).map((field) => field.name) },
  fc.constantFrom('api_token', 'nonsense', '', '__proto__', 'constructor'),
);

const variables = fc.array(
  fc.tuple(
    name.map((each) => `BATON_${each.toUpperCase().replaceAll('-', '_')}`),
    // An environment has no NUL.
    values.map((value) => value.replaceAll('\0', '')),
  ),
  { maxLength: 2 },
);
const flags = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.tuple(name, values).map(([flag, value]) => `--${flag}=${value}`) },
    name.map((flag) => `--${flag}`),
    fc.constantFrom('-f', '-f=x', '-p', '-pf', '--', '-', '---', '--=', '--no-such=1', 'nonsense', '-x'),
    values,
  ),
  { maxLength: 2 },
);

/** A line of a config file. */
const line = fc
  .tuple(name, fc.oneof(values, fc.constantFrom('[a, b]', '|\n  a\n  b', '{a: b}', '*a', '&a b', '&a [*a]', '!!int 1')))
  .map(([key, value]) => `${key}: ${value}\n`);
const pieces = [
  ...[
    ':',
    ': ',
    '\n',
    '\n  ',
    '- ',
    '? ',
    '"',
    "'",
    '|',
    '>',
    '#',
    '&a ',
    '*a',
    '!!binary ',
    '%YAML 1.1',
    '---\n',
    '...',
  ],
  ...['[', ']', '{', '}', ',', '\t', '\\', '\\x', '<<: ', '\ufeff', '\u0000', '[*a,*a]', '&a [*a]', '{a: ', '@', '`'],
];

const inputs = fc.record({
  lines: fc.array(line, { maxLength: 2 }),
  edits: byteEdits(pieces, 3),
  hasFile: fc.boolean(),
  variables,
  flags,
});

/** The default command, which only makes a connector of its settings. */
const probe: Command = {
  ...runCommand,
  async run({ program, settings, logger, waits, userAgent, host }) {
    await program.connector(settings, { logger, waits, userAgent, env: host.env }).close?.();
    return 0;
  },
};

export const settingsArea = defineArea({
  name: 'settings',
  about: 'config files, variables and flags',
  inputs,
  outcomes: ['accepted', 'refused'],
  shortRuns: 200,
  async start(t: Lifetime) {
    const cwd = await mkdtemp(join(tmpdir(), 'fuzz-settings-'));
    t.after(() => rm(cwd, { recursive: true }));
    const configPath = join(cwd, '.baton.yaml');
    return async (input) => {
      const base = `organization-id: ${organizationId}\napi-token: ${secret}\n`;
      const file = input.hasFile ? editBytes(Buffer.from(base + input.lines.join('')), input.edits) : Buffer.from(base);
      await writeFile(configPath, file);
      const { exitCode, stdout, stderr } = await runAndCollect(
        {
          name: 'baton-percipio',
          version: '0.0.0',
          fields: percipioFields,
          connector: (settings, environment) => createPercipioConnector(settings, environment),
        },
        { default: probe, named: [] },
        { argv: input.flags, env: Object.fromEntries(input.variables), cwd },
      );
      const output = stdout + stderr;
      if (!showsSecret(file.toString())) assertNoSecret(output, [secret]);
      assert.doesNotMatch(output, /^ {4}at /m);
      // Control characters but line breaks, and those that change the direction of text.
      assert.doesNotMatch(output, /[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u);
      if (exitCode === 0) return 'accepted';
      assert.equal(exitCode, 2, output);
      for (const fault of faultsOf(output))
        assert.match(fault, /--[a-z-]+|BATON_[A-Z_]+|\.baton\.yaml|(?: -\w|argument)|unknown/);
      return 'refused';
    };
  },
});

/** Whether an edit moved the secret to where no secret is expected. */
function showsSecret(yaml: string): boolean {
  const document = parseDocument(yaml, { prettyErrors: false });
  let isElsewhere = false;
  visit(document, {
    Scalar(_, scalar) {
      if (piecesOf(secret).some((piece) => String(scalar.value).includes(piece))) isElsewhere = true;
    },
    Pair(_, pair) {
      const key = isScalar(pair.key) ? String(pair.key.value).toLowerCase() : '';
      const isSecret = fields.some((field) => field.name === key && field.secret);
      return isSecret ? visit.SKIP : undefined;
    },
  });
  return isElsewhere;
}

/** The mistakes, each of which is a line, without the advice that follows them. */
function faultsOf(output: string): string[] {
  const lines = output.split('\n').filter((each) => each !== '' && !each.startsWith('See "'));
  return lines.length === 1 ? lines : lines.slice(1);
}
