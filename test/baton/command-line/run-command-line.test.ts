import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { StopRequest } from '../../../src/baton/author/host.ts';
import { Code, ServiceError } from '../../../src/baton/author/service-error.ts';
import { UsageError } from '../../../src/baton/author/usage-error.ts';
import { AdvisedFailure } from '../../../src/baton/command-line/report-failure.ts';
import { runCommandLine } from '../../../src/baton/command-line/run-command-line.ts';
import { stringField } from '../../../src/baton/config/create-field.ts';
import { file, workers } from '../../../src/baton/config/fields/sync.ts';
import { createTerminal } from '../log/terminal.ts';
import {
  branch,
  genres,
  libraryCard,
  libraryCommands,
  libraryProgram,
  loan,
  runLibrary,
  shelves,
} from './library-program.ts';

const card = ['--library-card', 's3cret-card'];

describe('a command gets', () => {
  test('typed settings from flags, environment and defaults', async () => {
    const { exitCode, invocation, stderr } = await runLibrary(
      [...card, '-f', 'x.c1z', '--workers=4', '--branch=SOUTH'],
      {
        env: { BATON_GENRES: 'crime,poetry', BATON_WORKERS: '2', BATON_LOAN: '' },
      },
    );
    assert.equal(exitCode, 0, stderr);
    const settings = invocation?.settings;
    assert.equal(settings?.get(libraryCard), 's3cret-card');
    assert.equal(settings?.get(file), 'x.c1z');
    assert.equal(settings?.get(workers), 4);
    assert.equal(settings?.get(branch), 'south');
    assert.deepEqual(settings?.get(genres), ['crime', 'poetry']);
    assert.equal(settings?.get(loan), 2_419_200_000);
    assert.equal(settings?.sourceOf(genres), 'environment');
  });

  test('its own flags, its words, the user agent and the host', async () => {
    const opened = await runLibrary([...card, 'open', 'front', '--', '-back']);
    assert.deepEqual(opened.invocation?.arguments, ['front', '-back']);
    assert.equal(opened.invocation?.userAgent, 'baton-library/1.2.3');
    const counted = await runLibrary(['--file=x', 'count', '--shelves', '7'], { env: { BATON_SHELVES: '9' } });
    assert.equal(counted.invocation?.settings.get(shelves), 7);
    assert.equal(counted.invocation?.settings.get(file), 'x');
    assert.equal(counted.invocation?.host.cwd, '/nonexistent');
  });

  test('to decide the exit code', async () => {
    assert.equal((await runLibrary(card, {}, async () => 7)).exitCode, 7);
  });
});

describe('the config file', () => {
  let cwd: string;
  before(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'run-command-line-'));
    await writeFile(join(cwd, '.baton.yaml'), 'library-card: s3cret-card\nshelves: 8\ngenre: crime\nworkers: [1]\n');
    await writeFile(join(cwd, 'bad.yaml'), 'library-card: "s3cret" card\n');
  });
  after(() => rm(cwd, { recursive: true }));

  test('is read for the settings of connector and commands, and warns in the log of what it does not know', async () => {
    const counted = await runLibrary(['count', '--workers=1'], { cwd });
    assert.equal(counted.exitCode, 0, counted.stderr);
    assert.equal(counted.invocation?.settings.get(shelves), 8);
    assert.equal(JSON.parse(counted.stderr).msg, '.baton.yaml line 3: unknown setting "genre"; did you mean genres?');
    const synced = await runLibrary(['--workers=1'], { cwd });
    assert.equal(synced.invocation?.settings.get(libraryCard), 's3cret-card');
  });

  test('is named with its line when it gives a wrong value', async () => {
    const { exitCode, stderr } = await runLibrary([], { cwd });
    assert.equal(exitCode, 2);
    assert.match(stderr, /^baton-library: \.baton\.yaml line 4, workers: expects one value, not a list\n/);
  });

  test('is a fault when it is malformed, which hides no other fault and invents none', async () => {
    const { exitCode, stderr } = await runLibrary(['--shelfs=1'], { cwd, env: { BATON_CONFIG_PATH: 'bad.yaml' } });
    assert.equal(exitCode, 2);
    assert.deepEqual(stderr.split('\n').slice(0, 3), [
      'baton-library: 2 errors:',
      '  --shelfs: unknown flag; did you mean --shelves?',
      '  bad.yaml line 1: invalid YAML: Unexpected scalar at node end',
    ]);
    assert.doesNotMatch(stderr, /s3cret|required/);
  });
});

describe('faults', () => {
  test('are what the rules of the command forbid, and not what those of another command do', async () => {
    const rule = { kind: 'mutually-exclusive', fields: [shelves, workers] } as const;
    const commands = libraryCommands();
    const named = commands.named.map((command) =>
      command.name === 'count' ? { ...command, constraints: [rule] } : command,
    );
    const run = async (argv: readonly string[]) => {
      const stderr: string[] = [];
      const host = {
        argv,
        env: {},
        cwd: '/nonexistent',
        stdout: { write: () => {} },
        signal: new AbortController().signal,
      };
      const write = (text: string) => void stderr.push(text);
      await runCommandLine(libraryProgram, { ...commands, named }, { ...host, stderr: { write } });
      return stderr.join('');
    };
    assert.match(await run(['count', '--shelves=1', '--workers=2']), /--shelves and --workers are mutually exclusive/);
    assert.doesNotMatch(await run(['open', ...card, '--workers=2']), /exclude/);
  });

  test('are told all at once with exit code 2, and nothing runs', async () => {
    const { exitCode, stderr, stdout, invocation } = await runLibrary(
      ['--wokers=1', '-x', 's3cret', '--http-timeout-seconds', '0', '--branch=west', '--storage-engine=pebble', '-f'],
      { env: { BATON_LOAN: 'long', BATON_DIFF_SYNCS: 'true', BATON_LIBRARY_CRAD: 's3cret' } },
    );
    assert.equal(exitCode, 2);
    assert.deepEqual([stdout, invocation], ['', undefined]);
    assert.equal(
      stderr,
      `baton-library: 9 errors:
  --wokers: unknown flag; did you mean --workers?
  -x: unknown flag
  -f: requires a value
  --branch: must be north or south, got "west"
  BATON_LOAN: expects a duration such as 90d, 5h, 1h30m or 10y, got "long"
  --http-timeout-seconds: must be between 1 and 1800, got "0"
  --storage-engine pebble is not supported yet: this version writes files with sqlite only
  BATON_DIFF_SYNCS is not supported yet: this version does not compare or merge c1z files
  --library-card is required: pass it or set BATON_LIBRARY_CARD
Warning: BATON_LIBRARY_CRAD: unknown variable, ignored; did you mean BATON_LIBRARY_CARD?
See "baton-library --help" for the flags and their variables.
`,
    );
  });

  const cases: readonly (readonly [string[], string])[] = [
    [['cuont'], 'unknown command "cuont"; did you mean count?'],
    [['nonsense'], 'unknown command "nonsense"'],
    [['secret-dor'], 'unknown command "secret-dor"'],
    [['eyJhbGciOiJIUzI1NiJ9.e30.c2VjcmV0'], 'unknown command "eyJhbGci…"'],
    [['--provisioning', 'true', ...card], 'unexpected argument "true": write it as --flag=true'],
    [['count', 'books'], 'unexpected argument "books"'],
    [['count', '--shelves'], '--shelves: requires a value'],
    [['count', '--json', 'x'], '--json: unknown flag'],
    [['--json', 'count'], '--json: unknown flag'],
    [[...card, '--shelves', '3'], '--shelves: not a flag of the command sync'],
    [['help', 'cuont'], 'unknown command "cuont"; did you mean count?'],
    [['open'], '--library-card is required: pass it or set BATON_LIBRARY_CARD'],
    [
      [...card, '--log-path', 'none/x.log'],
      "--log-path: ENOENT: no such file or directory, open '/nonexistent/none/x.log'",
    ],
    [['count', '--get-ticket'], '--get-ticket is not supported yet: this connector has no tickets'],
    [[...card, '--client-id', 'a@b.test/c'], '--client-id requires --client-secret: set all or none'],
  ];
  for (const [argv, fault] of cases) {
    test(`of ${JSON.stringify(argv)}`, async () => {
      const { exitCode, stderr, invocation } = await runLibrary(argv);
      assert.equal(stderr.split('\n')[0], `baton-library: ${fault}`);
      assert.deepEqual([exitCode, invocation], [2, undefined]);
    });
  }

  test('of the environment do not keep commands from running that they do not concern', async () => {
    const env = { BATON_CLIENT_ID: 'me@example.com/client', BATON_HEALTH_CHECK: 'true' };
    assert.equal((await runLibrary(['count'], { env })).exitCode, 0);
    assert.equal((await runLibrary(card, { env })).exitCode, 2);
  });

  test('of credentials that are swapped name both variables, and show neither', async () => {
    const { exitCode, stderr } = await runLibrary(card, {
      env: {
        BATON_CLIENT_ID: 'secret-token:conductorone.com:v1:aHVudGVyMg',
        BATON_CLIENT_SECRET: 'a-b-1@acme.test/client',
      },
    });
    assert.equal(exitCode, 2);
    assert.deepEqual(stderr.split('\n').slice(1, 3), [
      '  BATON_CLIENT_ID: is a client secret, not a client id; are the two swapped?',
      '  BATON_CLIENT_SECRET: is a client id, not a client secret; are the two swapped?',
    ]);
    assert.doesNotMatch(stderr, /aHVudGVyMg|acme\.test/);
  });

  test('of variables that belong together name the variables, and one that is misspelled', async () => {
    const { exitCode, stderr } = await runLibrary(card, {
      env: { BATON_CLIENT_ID: 'a-b-1@acme.test/client', BATON_CLIENT_SECRT: 'hunter2' },
    });
    assert.equal(exitCode, 2);
    assert.equal(
      stderr,
      `baton-library: BATON_CLIENT_ID requires BATON_CLIENT_SECRET: set all or none
Warning: BATON_CLIENT_SECRT: unknown variable, ignored; did you mean BATON_CLIENT_SECRET?
See "baton-library --help" for the flags and their variables.
`,
    );
  });

  test('that a command finds are told in the same way', async () => {
    const { exitCode, stderr } = await runLibrary(card, {}, async () => {
      throw new UsageError(['--file: s3cret-card is a folder']);
    });
    assert.equal(exitCode, 2);
    assert.equal(stderr.split('\n')[0], 'baton-library: --file: [redacted] is a folder');
  });
});

describe('failures', () => {
  async function fail(error: unknown, argv: string[] = [], host: Parameters<typeof runLibrary>[1] = {}) {
    const outcome = await runLibrary([...card, ...argv], host, async () => {
      throw error;
    });
    const lines = outcome.stderr.split('\n').filter((line) => !line.startsWith('{'));
    return { ...outcome, said: lines.join('\n') };
  }

  const unavailable = new ServiceError(Code.Unavailable, 'GET /books answered 503 to s3cret-card', {
    reason: 'unavailable',
    cause: new Error('socket hang up'),
  });

  test('that are foreseen are one message, without secrets, and exit code 1', async () => {
    const { exitCode, said } = await fail(unavailable);
    assert.deepEqual([exitCode, said], [1, 'baton-library: GET /books answered 503 to [redacted]\n']);
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { syscall: 'write' });
    assert.equal((await fail(full)).said, 'baton-library: ENOSPC: no space left on device, write\n');
  });

  test('that nobody foresaw show their stack', async () => {
    const { exitCode, said } = await fail(new TypeError('no s3cret-card'));
    assert.equal(exitCode, 1);
    assert.match(said, /^baton-library: TypeError: no \[redacted\]\n {4}at .*run-command-line\.test\.ts/);
    assert.equal((await fail('text')).said, 'baton-library: text\n');
  });

  test('show their stack and its causes at debug level', async () => {
    const { said } = await fail(unavailable, ['--log-level=debug']);
    assert.match(said, /503 to \[redacted\]\n {4}at .*caused by Error: socket hang up\n {4}at /s);
  });

  test('are also in the log, unless it is for people and on stderr already', async () => {
    const { stderr } = await fail(unavailable);
    const line = JSON.parse(stderr.split('\n')[0] ?? '');
    assert.deepEqual([line.level, line.error], ['error', 'GET /books answered 503 to [redacted]: socket hang up']);
    assert.equal((await fail(unavailable, [], { isTTY: true })).stderr.split('\n').length, 2);
  });

  test('of a program that was stopped are no failures: the exit code is that of the signal', async () => {
    const stopped = new AbortController();
    stopped.abort(new StopRequest('SIGTERM'));
    const { exitCode, said } = await fail(new Error('aborted'), [], { signal: stopped.signal });
    assert.deepEqual([exitCode, said], [143, 'baton-library: stopped by SIGTERM\n']);
  });
});

describe('with --log-format json, stderr has lines of JSON alone', () => {
  const json = ['--log-format=json'];
  const parse = (stderr: string): Record<string, unknown>[] =>
    stderr
      .trimEnd()
      .split('\n')
      .map((line) => {
        const { ts, ...fields } = JSON.parse(line);
        assert.equal(typeof ts, 'number');
        return fields;
      });
  const failWith = (error: unknown) => async () => {
    throw error;
  };

  test('for one mistake, and for several', async () => {
    const one = await runLibrary([...json, ...card, '--wrokers=1']);
    assert.equal(one.exitCode, 2);
    assert.deepEqual(parse(one.stderr), [
      { level: 'error', exit_code: 2, msg: '--wrokers: unknown flag; did you mean --workers?' },
    ]);
    const several = await runLibrary(['--workers=x'], { env: { BATON_LOG_FORMAT: 'JSON' }, isTTY: true });
    const faults = [
      '--workers: expects an integer, got "x"',
      '--library-card is required: pass it or set BATON_LIBRARY_CARD',
    ];
    assert.deepEqual(parse(several.stderr), [
      { level: 'error', faults, exit_code: 2, msg: '2 errors in the settings' },
    ]);
  });

  test('for a help request that names no command, and a log file that cannot be opened', async () => {
    const help = await runLibrary([...json, 'help', 'nonsense']);
    assert.equal(help.exitCode, 2);
    assert.equal(parse(help.stderr).length, 1);
    const log = await runLibrary([...json, ...card, '--log-path=/nonexistent/log']);
    assert.equal(log.exitCode, 2);
    assert.match(String(parse(log.stderr)[0]?.msg), /^--log-path: .*ENOENT/);
  });

  test('for a failure: once, with its reason and what may help, without secrets', async () => {
    const error = new ServiceError(Code.Unavailable, 'answered 503 to s3cret-card', { reason: 'unavailable' });
    const { exitCode, stderr } = await runLibrary([...json, ...card], {}, failWith(new AdvisedFailure(error, 'Wait')));
    assert.equal(exitCode, 1);
    assert.deepEqual(parse(stderr), [
      {
        level: 'error',
        error: 'answered 503 to [redacted]',
        reason: 'unavailable',
        advice: 'Wait',
        exit_code: 1,
        msg: 'the command failed',
      },
    ]);
  });

  test('for a failure that nobody foresaw, with its stack', async () => {
    const { stderr } = await runLibrary([...json, ...card], {}, failWith(new TypeError('no book')));
    const [{ error, error_stack: stack } = {}, ...others] = parse(stderr);
    assert.deepEqual([error, others], ['no book', []]);
    assert.match(String(stack), /^TypeError: no book\n {4}at /);
  });

  test('for a failure while the log is in a file, which has it, too', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'json-log-test-'));
    t.after(() => rm(folder, { recursive: true }));
    const path = join(folder, 'log');
    const argv = [...json, ...card, `--log-path=${path}`];
    const { stderr } = await runLibrary(argv, {}, failWith(new UsageError(['no such book'])));
    assert.deepEqual(parse(stderr), parse(await readFile(path, 'utf8')));
    assert.equal(parse(stderr)[0]?.msg, 'no such book');
  });

  test('for a program that was stopped', async () => {
    const stopped = new AbortController();
    stopped.abort(new StopRequest('SIGINT'));
    const host = { signal: stopped.signal, isTTY: true };
    const { exitCode, stderr } = await runLibrary([...json, ...card], host, failWith(new Error('aborted')));
    assert.equal(exitCode, 130);
    assert.deepEqual(parse(stderr), [{ level: 'warn', exit_code: 130, msg: 'stopped by SIGINT' }]);
  });

  test('for what a command writes to it, on a terminal, too', async () => {
    const { stderr } = await runLibrary([...json, ...card], { isTTY: true }, async ({ host, live }) => {
      assert.equal(live, undefined);
      assert.notEqual(host.stderr.isTTY, true);
      host.stderr.write('Continue with\n--cursor 7\n');
      return 0;
    });
    assert.deepEqual(
      parse(stderr).map(({ level, msg }) => [level, msg]),
      [
        ['info', 'Continue with'],
        ['info', '--cursor 7'],
      ],
    );
  });
});

describe('on a terminal', () => {
  test('what the command does and waits for is below the log, and gone at the end', async () => {
    const terminal = createTerminal();
    let during: readonly string[] = [];
    const exitCode = await runCommandLine(
      libraryProgram,
      libraryCommands(async ({ live, host, logger }) => {
        live?.show(() => 'counting');
        host.stdout.write('12 books\n');
        host.stderr.write('one is missing\n');
        logger.warn('dust');
        during = terminal.screen();
        return 0;
      }),
      {
        argv: ['count'],
        env: {},
        cwd: '/nonexistent',
        signal: new AbortController().signal,
        get stdin(): never {
          return assert.fail('stdin was opened');
        },
        stdout: terminal,
        stderr: terminal,
      },
    );
    assert.equal(exitCode, 0);
    assert.deepEqual(during.slice(0, 2), ['12 books', 'one is missing']);
    assert.match(during[2] ?? '', / WARN {2}dust$/);
    assert.equal(during[3], '· counting');
    assert.deepEqual(terminal.screen(), [...during.slice(0, 3), '']);
  });

  for (const [what, argv, env] of [
    ['that cannot move its cursor', ['count'], { TERM: 'dumb' }],
    ['of the program that starts the command', ['secret-door'], {}],
  ] as const) {
    test(`${what}, there are no live lines`, async () => {
      const { invocation } = await runLibrary(argv, { isTTY: true, env });
      assert.deepEqual([invocation?.host.stderr.isTTY, invocation?.live], [true, undefined]);
    });
  }

  test('a failure is below everything else, and a request to stop is confirmed at once', async () => {
    const terminal = createTerminal();
    const stop = new AbortController();
    let during: readonly string[] = [];
    await runCommandLine(
      libraryProgram,
      libraryCommands(async ({ live }) => {
        live?.show(() => 'counting');
        stop.abort(new StopRequest('SIGINT'));
        during = terminal.screen();
        throw new Error('aborted');
      }),
      { argv: ['count'], env: {}, cwd: '/nonexistent', signal: stop.signal, stdout: terminal, stderr: terminal },
    );
    assert.deepEqual(during, [
      '· counting',
      '· stopping; press Ctrl-C again to end at once, and lose what is not saved yet',
    ]);
    assert.deepEqual(terminal.screen(), ['baton-library: stopped by SIGINT', '']);
  });
});

describe('the log', () => {
  test('is JSON, and for people where stdout is a terminal, unless it is said', async () => {
    const say = async (argv: string[], isTTY: boolean) => {
      const { stderr } = await runLibrary([...card, ...argv], { isTTY }, async ({ logger }) => {
        logger.info('hello');
        return 0;
      });
      return stderr.startsWith('{') ? 'json' : 'console';
    };
    assert.equal(await say([], false), 'json');
    assert.equal(await say([], true), 'console');
    assert.equal(await say(['--log-format=json'], true), 'json');
    assert.equal(await say(['--log-format=console'], false), 'console');
  });

  test('has the level that is asked for and no secrets, weaker sources included', async () => {
    const env = { BATON_LIBRARY_CARD: 'former-card', BATON_LOG_LEVEL: 'WARN' };
    const { stderr } = await runLibrary(card, { env }, async ({ logger }) => {
      logger.info('no');
      logger.warn({ cards: ['s3cret-card', 'former-card'] }, 'yes');
      return 0;
    });
    const { cards, msg } = JSON.parse(stderr);
    assert.deepEqual([cards, msg], [['[redacted]', '[redacted]'], 'yes']);
  });

  test('is written to its end before the exit code is there', async () => {
    const order: string[] = [];
    const stderr = {
      writableLength: 1,
      write: (_text: string, written?: () => void) => {
        setImmediate(() => {
          order.push('written');
          written?.();
        });
      },
    };
    await runCommandLine(libraryProgram, libraryCommands(), {
      argv: ['count'],
      env: {},
      cwd: '/nonexistent',
      signal: new AbortController().signal,
      stdout: stderr,
      stderr,
    });
    order.push('ended');
    assert.deepEqual(order, ['written', 'ended']);
  });

  test('warns of variables that nothing reads, with the one that may be meant, in commands that run the connector', async () => {
    const env = {
      BATON_GENRE: 's3cret',
      BATON_NONSENSE: '1',
      BATON_HOST_ID: 'x',
      BATON_SHELVES: '4',
      BATON_ZSTD_POOL_DISABLE: '1',
    };
    const { exitCode, stderr } = await runLibrary(card, { env });
    assert.equal(exitCode, 0);
    assert.deepEqual(
      stderr
        .trim()
        .split('\n')
        .map((line) => [JSON.parse(line).level, JSON.parse(line).msg]),
      [
        ['warn', 'BATON_GENRE: unknown variable, ignored; did you mean BATON_GENRES?'],
        ['warn', 'BATON_NONSENSE: unknown variable, ignored'],
      ],
    );
    assert.equal((await runLibrary(['count'], { env })).stderr, '');
  });

  test('says what a command waits for, without a terminal', async (t) => {
    const { now } = Date;
    t.after(() => {
      Date.now = now;
    });
    let passedMs = 0;
    Date.now = () => now() + passedMs;
    const logged = Promise.withResolvers<string>();
    // Also keeps the process alive: the timer of the log does not.
    const timer = setTimeout(() => logged.reject(new Error('nothing was logged')), 30_000);
    t.after(() => clearTimeout(timer));
    await runCommandLine(
      libraryProgram,
      libraryCommands(async ({ waits }) => {
        using _ = waits.begin({ what: 'waiting for a reader' });
        passedMs = 30_000;
        await logged.promise;
        return 0;
      }),
      {
        argv: ['count'],
        env: {},
        cwd: '/nonexistent',
        signal: new AbortController().signal,
        stdout: { write: () => {} },
        stderr: { write: logged.resolve },
      },
    );
    assert.equal(JSON.parse(await logged.promise).msg, 'waiting for a reader');
  });

  test('warns of settings that have no effect', async () => {
    const { exitCode, stderr } = await runLibrary([...card, '--ticketing']);
    assert.equal(exitCode, 0);
    assert.equal(JSON.parse(stderr).msg, '--ticketing has no effect yet: this connector has no tickets');
  });
});

test('--version and -v print the version as Go connectors do, whatever else is there', async () => {
  for (const argv of [['--version'], ['-v'], ['count', '-v'], ['--workers', 'x', '--version']]) {
    const { exitCode, stdout, stderr } = await runLibrary(argv);
    assert.deepEqual([exitCode, stdout, stderr], [0, 'baton-library version 1.2.3\n', '']);
  }
});

test('two settings of one name are an error of the author, whatever is asked for', async () => {
  const clash = { ...libraryProgram, fields: [stringField({ name: 'file', description: 'Mine' })] };
  const host = { argv: ['-v'], env: {}, cwd: '.', signal: new AbortController().signal };
  const silent = { write: () => {} };
  await assert.rejects(
    runCommandLine(clash, libraryCommands(), { ...host, stdout: silent, stderr: silent }),
    /Two settings of baton-library sync have the name --file/,
  );
});
