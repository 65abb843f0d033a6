// Settings of service mode, in which ConductorOne hands out tasks, and of the health endpoint.
import { boolField, intField, stringField } from '../create-field.ts';
import { checkClientId, checkClientSecret } from './client-credentials.ts';

export const clientId = stringField({
  name: 'client-id',
  description: 'ConductorOne client id; enables service mode',
  besideSecret: true,
  check: checkClientId,
  exportTarget: 'none',
});

export const clientSecret = stringField({
  name: 'client-secret',
  description: 'ConductorOne client secret for the client id',
  secret: true,
  check: checkClientSecret,
  exportTarget: 'none',
});

export const taskConcurrency = intField({
  name: 'task-concurrency',
  description: 'Maximum concurrent tasks in service mode, 1 to 100',
  default: 3,
  gte: 1,
  lte: 100,
  exportTarget: 'none',
});

export const provisioning = boolField({
  name: 'provisioning',
  shorthand: 'p',
  description: 'Allow changes in the application',
  exportTarget: 'none',
});

export const ticketing = boolField({
  name: 'ticketing',
  description: 'Enable tickets',
  displayName: 'External tickets',
  exportTarget: 'none',
  unsupported: { answer: 'warn', because: 'this connector has no tickets' },
});

const authMethod = stringField({
  name: 'auth-method',
  description: 'Authentication method, for connectors with several',
  exportTarget: 'none',
  unsupported: { answer: 'accept', because: 'there is only one authentication method' },
});

export const serviceModeFields = [clientId, clientSecret, taskConcurrency, provisioning, ticketing, authMethod];

export const sessionStoreMaximumSize = intField({
  name: 'session-store-maximum-size',
  description: 'Maximum session data to keep in memory in bytes, 0 to disable',
  default: 15_728_640,
  hidden: true,
  exportTarget: 'ops',
  unsupported: { answer: 'accept', because: 'no session data is kept in memory' },
});

export const healthCheck = boolField({
  name: 'health-check',
  description: 'Serve a health endpoint over HTTP',
  exportTarget: 'ops',
});

/** Its limits are not exported: the Go SDK declares none. */
export const healthCheckPort = intField({
  name: 'health-check-port',
  description: 'Port of the health endpoint',
  default: 8081,
  gte: 0,
  lte: 65_535,
  rulesExported: false,
  exportTarget: 'ops',
});

export const healthCheckBindAddress = stringField({
  name: 'health-check-bind-address',
  description: 'Address that the health endpoint listens on',
  default: '127.0.0.1',
  hidden: true,
  exportTarget: 'ops',
});

export const healthCheckFields = [healthCheck, healthCheckPort, healthCheckBindAddress];
