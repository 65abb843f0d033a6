// A program made of the lending library of the tests, as main.ts makes one of Percipio's connector.
import { runCommandLine } from '../../src/baton/command-line/run-command-line.ts';
import { stringField } from '../../src/baton/config/create-field.ts';
import { runCommand } from '../../src/commands/run.ts';
import { createLendingLibrary } from '../baton/lending-library.ts';

const libraryFile = stringField({ name: 'library-file', description: 'Where the library is kept', required: true });

const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());

process.exitCode = await runCommandLine(
  {
    name: 'baton-library',
    version: '1.2.3',
    fields: [libraryFile],
    createConnector: (settings) => createLendingLibrary(settings.get(libraryFile)),
  },
  { default: runCommand, named: [] },
  {
    argv: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    stdout: process.stdout,
    stderr: process.stderr,
    signal: stop.signal,
  },
);
