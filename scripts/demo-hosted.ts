// `npm run demo:hosted`: the connector as ConductorOne hosts it. A simulated AWS Lambda starts it, it fetches its config
// from a simulated ConductorOne, and a sync calls it through invocations.
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { startPercipioSimulator } from '../src/simulator/percipio/percipio-simulator.ts';
import { createHostedConfig, startHostedServices } from '../test/baton/lambda/hosted-services.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

const say = (text: string) => process.stdout.write(`${text}\n`);

await using percipio = await startPercipioSimulator({
  users: 500,
  courses: 200,
  activityRows: 10_000,
  // A connector that finds a report not ready polls again only a minute later.
  reportPolls: { pending: 0, inProgress: 0 },
});
await using services = await startHostedServices({ config: createHostedConfig(percipio) });
const { conductorone, lambda } = services;
say(
  `Simulated Percipio at ${percipio.url}, ConductorOne at https://${conductorone.host}, AWS Lambda at ${lambda.host}`,
);
say('Starting the connector. Its config comes from ConductorOne, encrypted for this process:\n');
services.start([process.execPath, main, 'lambda'], { output: 'inherit', env: process.env });
await lambda.ready();
const { stats, syncId } = await services.sync(pino({ level: 'warn' }, process.stderr));
const { resources, entitlements, grants } = stats;
say(`
Synced through ${lambda.invocationCount()} invocations: sync ${syncId}
  ${resources.toLocaleString('en-US')} resources
  ${entitlements.toLocaleString('en-US')} entitlements
  ${grants.toLocaleString('en-US')} grants`);
