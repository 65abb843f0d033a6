// `lambda`: runs the connector where ConductorOne hosts it, as a function of AWS Lambda.
import type { Command } from '../command-line/command.ts';
import { lambdaFields, lambdaJwksUrl, lambdaSigner } from '../config/fields/hosted.ts';
import type { Environment } from '../net/environment.ts';

/** Variables that the platform sets, and the fields of the log in which they are. */
const identityVariables: Readonly<Record<string, string>> = {
  tenant: 'tenant_id',
  connector: 'connector_id',
  app: 'app_id',
  version: 'release_version',
  installation: 'installation',
  catalog_id: 'catalog_id',
  catalog_name: 'catalog_name',
  tenant_name: 'tenant_name',
  tenant_is_internal: 'tenant_is_internal',
};

export const lambdaCommand: Command = {
  name: 'lambda',
  summary: 'Run the connector in AWS Lambda, hosted by ConductorOne',
  description:
    'Run the connector in AWS Lambda, hosted by ConductorOne: fetch its config from there, and answer the calls that arrive as invocations. The platform starts this command, and sets what it needs in the environment.',
  fields: lambdaFields,
  constraints: [
    { kind: 'at-least-one', fields: [lambdaSigner, lambdaJwksUrl] },
    { kind: 'mutually-exclusive', fields: [lambdaSigner, lambdaJwksUrl] },
  ],
  // They come with the config.
  needsConnectorSettings: false,
  jsonLogFields: identify,
  sendsTelemetry: true,
  // Loaded here: the other commands do not need it.
  run: async (invocation) => (await import('../lambda/run-hosted.ts')).runHosted(invocation),
};

function identify(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(identityVariables).flatMap(([variable, field]) => (env[variable] ? [[field, env[variable]]] : [])),
  );
}
