// A program as a process of its own, whose commands have accidents.
import { boolField } from '../../src/baton/config/create-field.ts';
import { runProgram } from '../../src/baton/run-program.ts';

const uncaught = boolField({ name: 'uncaught', description: 'Throws where nobody can catch it' });

// Before anything is known of the command line.
process.emitWarning('an early warning', 'DeprecationWarning');

await runProgram({
  name: 'baton-accident',
  version: '1.2.3',
  connector: () => ({ metadata: { displayName: 'Accident' }, resourceTypes: [] }),
  commands: [
    {
      name: 'accident',
      summary: 'Has an accident',
      fields: [uncaught],
      needsConnectorSettings: false,
      async run({ settings }) {
        process.emitWarning('a late warning');
        if (settings.get(uncaught)) setImmediate(() => void Promise.reject(new TypeError('nobody expected this')));
        await new Promise((resolve) => setTimeout(resolve, settings.get(uncaught) ? 60_000 : 1));
        return 0;
      },
    },
  ],
});
