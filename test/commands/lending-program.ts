// A program made of the lending library of the tests, as run-process.ts makes one of Percipio's connector.
import type { CommandSet } from '../../src/baton/command-line/command.ts';
import { stringField } from '../../src/baton/config/create-field.ts';
import type { Program } from '../../src/baton/program.ts';
import { runCommand } from '../../src/commands/run.ts';
import { serveCommand } from '../../src/commands/serve.ts';
import { createLendingLibrary } from '../baton/lending-library.ts';

const libraryFile = stringField({ name: 'library-file', description: 'Where the library is kept', required: true });

export const lendingProgram: Program = {
  name: 'baton-library',
  version: '1.2.3',
  fields: [libraryFile],
  createConnector: (settings) => createLendingLibrary(settings.get(libraryFile)),
};

export const lendingCommands: CommandSet = { default: runCommand, named: [serveCommand] };
