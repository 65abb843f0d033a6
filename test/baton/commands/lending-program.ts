// A program made of the lending library of the tests, as run-process.ts makes one of Percipio's connector.

import type { Program } from '../../../src/baton/author/program.ts';
import type { CommandSet } from '../../../src/baton/command-line/command.ts';
import { runCommand } from '../../../src/baton/commands/run.ts';
import { serveCommand } from '../../../src/baton/commands/serve.ts';
import { stringField } from '../../../src/baton/config/create-field.ts';
import { createLendingLibrary } from '../lending-library.ts';

const libraryFile = stringField({ name: 'library-file', description: 'Where the library is kept', required: true });

export const lendingProgram: Program = {
  name: 'baton-library',
  version: '1.2.3',
  fields: [libraryFile],
  connector: (settings, { dryRun }) => createLendingLibrary(settings.get(libraryFile), dryRun),
};

export const lendingCommands: CommandSet = { default: runCommand, named: [serveCommand] };
