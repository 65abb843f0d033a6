// `lambda`: runs the connector where ConductorOne hosts it, as a function of AWS Lambda.
import type { Command } from '../command-line/command.ts';
import { lambdaFields, lambdaJwksUrl, lambdaSigner } from '../config/fields/hosted.ts';

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
  // Loaded here: the other commands do not need it.
  run: async (invocation) => (await import('../lambda/run-hosted.ts')).runHosted(invocation),
};
