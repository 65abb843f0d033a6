import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { variableName } from '../../../src/baton/config/field.ts';
import { defaultFields } from '../../../src/baton/config/fields/default-fields.ts';
import { libraryProgram, runLibrary } from './library-program.ts';

describe('help', () => {
  for (const flag of ['--help', '--help-all']) {
    const shows = flag === '--help' ? 'that is not hidden' : 'even if it is hidden';
    test(`by ${flag} shows every flag ${shows}, with its variable, and none that has no effect`, async () => {
      const { exitCode, stdout } = await runLibrary([flag]);
      assert.equal(exitCode, 0);
      for (const field of [...defaultFields, ...libraryProgram.fields]) {
        const line = stdout
          .split('\n')
          .find((candidate) => new RegExp(`^ +(?:-\\w, )?--${field.name} `).test(candidate));
        const isShown = !field.unsupported && (flag === '--help-all' || !field.hidden);
        if (isShown) assert.ok(line?.includes(`($${variableName(field)})`), `${field.name}: ${line}`);
        else assert.equal(line, undefined, field.name);
      }
      assert.doesNotMatch(stdout, /not supported|no effect/);
    });
  }

  test('is laid out as that of Go connectors', async () => {
    const lines = (await runLibrary(['-h'])).stdout.split('\n');
    for (const expected of [
      'Syncs the library',
      '  baton-library [flags]',
      '  baton-library [command]',
      '  count  Counts books',
      '  help   Show the help of a command',
      '      --branch string                                    The branch to read ($BATON_BRANCH) (default "north")',
      '  -f, --file string                                      The c1z file to write ($BATON_FILE) (default "sync.c1z")',
      '      --genres strings                                   Only these ($BATON_GENRES)',
      '  -h, --help                                             Show this help',
      '      --library-card string                              required: The number on the card ($BATON_LIBRARY_CARD)',
      '      --loan duration                                    How long a loan is ($BATON_LOAN) (default 4w)',
      'Use "baton-library [command] --help" for more about a command.',
    ]) {
      assert.ok(lines.includes(expected), expected);
    }
    assert.ok(!lines.some((line) => line.includes('secret-door')));
  });

  test('of a command is the same by --help, by -h and by the word help', async () => {
    const { stdout } = await runLibrary(['count', '--help']);
    assert.equal((await runLibrary(['-h', 'count'])).stdout, stdout);
    assert.equal((await runLibrary(['help', 'count'])).stdout, stdout);
    const [own, log] = stdout.split('Log Flags:');
    assert.match(own ?? '', /^Counts books\n\nUsage:\n {2}baton-library count \[flags\]\n\nFlags:\n/);
    assert.match(own ?? '', /--shelves int +How many shelves \(\$BATON_SHELVES\) \(default 3\)/);
    assert.doesNotMatch(own ?? '', /--library-card/);
    const flags = log?.matchAll(/^ .*?--([\w-]+)/gm) ?? [];
    assert.deepEqual(
      Array.from(flags, ([, name]) => name),
      ['log-format', 'log-level', 'log-level-debug-expires-at', 'log-path'],
    );
    assert.match(log ?? '', /\nUse "baton-library count --help-all" for the flags that every command has\.\n$/);
  });

  test('of a command with all flags adds those of all commands', async () => {
    const { stdout } = await runLibrary(['count', '--help-all']);
    assert.equal((await runLibrary(['help', 'count', '--help-all'])).stdout, stdout);
    const [own, global] = stdout.split('Global Flags:');
    assert.match(own ?? '', /--shelves int/);
    assert.doesNotMatch(own ?? '', /--library-card/);
    assert.match(global ?? '', /--file string/);
    assert.doesNotMatch(global ?? '', /--help/);
  });

  test('of a command that runs the connector shows the settings that it requires, and its words', async () => {
    const { stdout } = await runLibrary(['help', 'open']);
    assert.match(stdout, /baton-library open DOOR\.\.\. \[flags\]/);
    assert.match(stdout, /--library-card string/);
    assert.doesNotMatch(stdout, /--genres/);
    assert.match(stdout, /for the flags that every command has, and all settings of the connector\.\n$/);
    assert.match((await runLibrary(['open', '--help-all'])).stdout, /--genres strings/);
  });

  test('names commands as the user starts the program', async () => {
    const startCommand = 'npm start --';
    const { stdout } = await runLibrary(['--help'], { startCommand });
    assert.match(stdout, /\n {2}npm start -- \[flags\]\n/);
    assert.match(stdout, /Use "npm start -- --help-all" for all flags/);
    assert.match(
      (await runLibrary(['count', '--help'], { startCommand })).stdout,
      /\n {2}npm start -- count \[flags\]\n/,
    );
    assert.match((await runLibrary(['--nope'], { startCommand })).stderr, /See "npm start -- --help" for the flags/);
    assert.match((await runLibrary(['count', '--nope'], { startCommand })).stderr, /See "npm start -- count --help"/);
  });

  test('is given for the word help alone, and however wrong the rest is', async () => {
    const { stdout } = await runLibrary(['--help']);
    assert.equal((await runLibrary(['help'])).stdout, stdout);
    assert.equal((await runLibrary(['--workers=x', '--nope', '--help'])).stdout, stdout);
  });

  test('fits the terminal', async () => {
    for (const columns of [70, 80, 120, 200]) {
      const { stdout } = await runLibrary(['--help'], { columns });
      const long = stdout.split('\n').filter((line) => line.length > columns && line.trim().includes(' '));
      assert.deepEqual(long, [], `${columns} columns`);
      assert.equal(stdout.replace(/\s+/g, ' '), (await runLibrary(['--help'])).stdout.replace(/\s+/g, ' '));
    }
  });
});
