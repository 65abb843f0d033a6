// A made-up program for tests: what its commands do is up to each test.
import { create } from '@bufbuild/protobuf';
import { ResourceTypeSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { singlePage } from '../../../src/baton/author/connector.ts';
import type { Program } from '../../../src/baton/author/program.ts';
import type { Command, CommandSet, Invocation } from '../../../src/baton/command-line/command.ts';
import {
  choiceField,
  durationField,
  intField,
  stringField,
  stringSliceField,
} from '../../../src/baton/config/create-field.ts';
import { type Collected, type CollectOptions, runAndCollect } from './run-and-collect.ts';

export const libraryCard = stringField({
  name: 'library-card',
  description: 'The number on the card',
  required: true,
  secret: true,
});
export const branch = choiceField({
  name: 'branch',
  description: 'The branch to read',
  oneOf: ['north', 'south'],
  default: 'north',
});
export const genres = stringSliceField({ name: 'genres', description: 'Only these', required: false });
export const loan = durationField({
  name: 'loan',
  description: 'How long a loan is',
  default: '4w',
  exportTarget: 'ops',
});
export const archive = stringField({ name: 'archive', description: 'Elsewhere', hidden: true, exportTarget: 'cli' });

export const libraryProgram: Program = {
  name: 'baton-library',
  version: '1.2.3',
  fields: [libraryCard, branch, genres, loan, archive],
  connector: () => ({
    metadata: { displayName: 'Library' },
    resourceTypes: [
      { type: create(ResourceTypeSchema, { id: 'book', displayName: 'Book' }), list: singlePage(async () => []) },
    ],
  }),
};

export const shelves = intField({ name: 'shelves', description: 'How many shelves', default: 3, exportTarget: 'none' });

/** A `sync` by default, `count` with a flag of its own, `open` that takes words, and `secret-door`, which is hidden. */
export function libraryCommands(run: Command['run'] = async () => 0): CommandSet {
  return {
    default: { name: 'sync', summary: 'Syncs the library', needsConnectorSettings: true, run },
    named: [
      { name: 'count', summary: 'Counts books', fields: [shelves], needsConnectorSettings: false, run },
      { name: 'open', summary: 'Opens doors', argumentNames: 'DOOR...', needsConnectorSettings: true, run },
      {
        name: 'secret-door',
        summary: 'Leads out',
        hidden: true,
        startedByProgram: true,
        needsConnectorSettings: false,
        run,
      },
    ],
  };
}

export interface Outcome extends Collected {
  /** What the command got, if one ran. */
  readonly invocation: Invocation | undefined;
}

/** Runs a command line of the made-up program in this process. */
export async function runLibrary(
  argv: readonly string[],
  host: Omit<CollectOptions, 'argv'> = {},
  run: Command['run'] = async () => 0,
): Promise<Outcome> {
  let invocation: Invocation | undefined;
  const commands = libraryCommands((given) => {
    invocation = given;
    return run(given);
  });
  return { ...(await runAndCollect(libraryProgram, commands, { ...host, argv })), invocation };
}
