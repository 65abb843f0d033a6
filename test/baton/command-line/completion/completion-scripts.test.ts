import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { CommandSet } from '../../../../src/baton/command-line/command.ts';
import { formatBashCompletion } from '../../../../src/baton/command-line/completion/bash-completion.ts';
import { planCompletion } from '../../../../src/baton/command-line/completion/completion-plan.ts';
import { formatFishCompletion } from '../../../../src/baton/command-line/completion/fish-completion.ts';
import { formatZshCompletion } from '../../../../src/baton/command-line/completion/zsh-completion.ts';
import { choiceField, stringField } from '../../../../src/baton/config/create-field.ts';
import { libraryCommands, libraryProgram } from '../library-program.ts';
import { findObstacle, type Shell, shells, startCompleter } from './interactive-shell.ts';

const common = { exportTarget: 'none' } as const;
const catalog = stringField({ ...common, name: 'catalog', shorthand: 'c', description: 'The catalog', pathTo: 'file' });
const stacks = stringField({ ...common, name: 'stacks', description: 'The stacks', pathTo: 'folder' });
const awkward = stringField({
  ...common,
  name: 'motto',
  description: `"Don't" [run]: 100 % \\ $HOME \`id\` $(id) ; & <`,
});
const colour = (oneOf: readonly string[]) => choiceField({ ...common, name: 'ink', description: 'The ink', oneOf });

function commandSet(): CommandSet {
  const { default: sync, named } = libraryCommands();
  return {
    default: { ...sync, fields: [catalog, stacks, awkward, colour(['black'])] },
    named: named.map((command) =>
      command.name === 'open'
        ? { ...command, argumentChoices: ['front', 'back'], fields: [colour(['red', 'blue'])] }
        : command,
    ),
  };
}

const formats: Readonly<Record<Shell, typeof formatBashCompletion>> = {
  bash: formatBashCompletion,
  zsh: formatZshCompletion,
  fish: formatFishCompletion,
};

/** A line, and what is offered for its last word. */
const cases: readonly (readonly [title: string, line: string, offered: readonly string[]])[] = [
  ['commands that are not hidden', '', ['count', 'help', 'open']],
  ['commands that begin so', 'co', ['count']],
  ['a command behind flags', '--branch=north --workers 4 -p co', ['count']],
  ['a command behind a value that is called as one', '--library-card count co', ['count']],
  ['a command behind a value of a shorthand', '-c count co', ['count']],
  ['a command behind a value with colons', '--library-card 127.0.0.1:80 co', ['count']],
  ['no command behind a command', 'count co', []],
  ['commands to be helped with', 'help o', ['open']],
  ['the words of a command', 'open ', ['back', 'front']],
  ['flags of the default command', '--st', ['--stacks']],
  ['flags of a command', 'count --sh', ['--shelves']],
  ["no flag of another command's", 'open --sh', []],
  ['flags of the connector, for a command that runs it', 'open --bra', ['--branch']],
  ['no flag of the connector for one that does not', 'count --bra', []],
  ['flags that all commands have', 'count --log-f', ['--log-format']],
  ['no flag that is hidden', '--arch', []],
  ['a flag with an awkward description', '--mot', ['--motto']],
  ['the values of a choice', '--branch ', ['north', 'south']],
  ['the values of a choice behind =', '--branch=', ['north', 'south']],
  ['values that begin so', '--branch s', ['south']],
  ['values that begin so behind =', '--branch=s', ['south']],
  ['the values of a flag as the command has it', 'open --ink ', ['blue', 'red']],
  ['the values of a flag as the default command has it', '--ink ', ['black']],
  ['files and folders', '--catalog ', ['books.c1z', 'home', 'old books.c1z']],
  ['files behind =', '--catalog=bo', ['books.c1z']],
  ['files behind a shorthand', '-c bo', ['books.c1z']],
  ['a file with a space in its name', '--catalog ol', ['old books.c1z']],
  ['folders alone', '--stacks ', ['home']],
  ['nothing for a text', '--library-card ', []],
  ['nothing for a text that begins as a command', '--library-card co', []],
];

for (const shell of shells) {
  describe(`${shell} offers`, { skip: findObstacle(shell), timeout: 120_000 }, () => {
    let folder: string;
    const programName = 'baton-library';
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'completion-test-'));
      const script = formats[shell](planCompletion({ ...libraryProgram, name: programName }, commandSet()));
      await mkdir(join(folder, 'work', 'home'), { recursive: true });
      await writeFile(join(folder, 'script'), script);
      for (const name of ['books.c1z', 'old books.c1z']) await writeFile(join(folder, 'work', name), '');
    });
    after(() => rm(folder, { recursive: true }));

    test('what may come next', async (t) => {
      const options = { folder: join(folder, 'work'), programName, script: join(folder, 'script') };
      const completer = await startCompleter(t, shell, options);
      for (const [title, line, offered] of cases) {
        await t.test(title, async () => assert.deepEqual(await completer.complete(line), offered, line));
      }
    });
  });
}
