// Settings of service mode, in which ConductorOne hands out the work, and of the health endpoint that goes with it.
import { boolField, intField, stringField } from '../create-field.ts';

export const clientId = stringField({
  name: 'client-id',
  description: 'Client id of ConductorOne; turns on service mode',
  exportTarget: 'none',
});

export const clientSecret = stringField({
  name: 'client-secret',
  description: 'Client secret that goes with the client id',
  secret: true,
  exportTarget: 'none',
});

export const taskConcurrency = intField({
  name: 'task-concurrency',
  description: 'How many tasks service mode works on at once, 1 to 100',
  default: 3,
  gte: 1,
  lte: 100,
  exportTarget: 'none',
});

export const provisioning = boolField({
  name: 'provisioning',
  shorthand: 'p',
  description: 'Permits changes in the application',
  exportTarget: 'none',
});

export const ticketing = boolField({
  name: 'ticketing',
  description: 'Permits work on tickets',
  displayName: 'External tickets',
  exportTarget: 'none',
  unsupported: { answer: 'warn', because: 'this connector has no tickets' },
});

const authMethod = stringField({
  name: 'auth-method',
  description: 'Which way of signing in to use, where a connector has several',
  exportTarget: 'none',
  unsupported: { answer: 'accept', because: 'there is one way of signing in' },
});

export const serviceModeFields = [clientId, clientSecret, taskConcurrency, provisioning, ticketing, authMethod];

export const sessionStoreMaximumSize = intField({
  name: 'session-store-maximum-size',
  description: 'The most bytes of session data to keep in memory, 0 for none',
  default: 15_728_640,
  hidden: true,
  exportTarget: 'ops',
  unsupported: { answer: 'accept', because: 'no session data is kept in memory' },
});

export const healthCheck = boolField({
  name: 'health-check',
  description: 'Answers health checks over HTTP',
  exportTarget: 'ops',
});

/** The Go SDK declares no limits, so the exported schema tells none. */
export const healthCheckPort = intField({
  name: 'health-check-port',
  description: 'The port of the health endpoint',
  default: 8081,
  gte: 0,
  lte: 65_535,
  rulesExported: false,
  exportTarget: 'ops',
});

export const healthCheckBindAddress = stringField({
  name: 'health-check-bind-address',
  description: 'The address that the health endpoint listens on',
  default: '127.0.0.1',
  hidden: true,
  exportTarget: 'ops',
});

export const healthCheckFields = [healthCheck, healthCheckPort, healthCheckBindAddress];
