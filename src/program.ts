// The program: Percipio's connector, its settings, and the simulators to try it against.
import { runProgram } from 'baton-connector-sdk';
import packageJson from '../package.json' with { type: 'json' };
import { simulateCommand } from './commands/simulate.ts';
import { percipioFields, resumeIgnoredFields } from './percipio/config.ts';
import { createPercipioConnector } from './percipio/connector.ts';

await runProgram({
  name: packageJson.name,
  version: packageJson.version,
  catalog: {
    displayName: 'Percipio',
    helpUrl: '/docs/baton/percipio',
    iconUrl: '/static/app-icons/percipio.svg',
  },
  fields: percipioFields,
  resumeIgnores: resumeIgnoredFields,
  connector: createPercipioConnector,
  commands: [simulateCommand],
});
