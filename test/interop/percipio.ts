// A made-up Percipio for the Go tests of this folder, with the truth about it.
//
//   node percipio.ts '{"users":200}'     options as startPercipioSimulator takes them
//
// Prints one line of JSON: where it listens, its users (without what is nested in them), and the ids that a correct sync
// finds. For each line that comes in it prints another one: the requests that it got so far. It ends with its input, so
// it never outlives who started it.
import { createInterface } from 'node:readline';
import { startPercipioSimulator } from '../../src/simulator/percipio/percipio-simulator.ts';

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

await using simulator = await startPercipioSimulator(JSON.parse(process.argv[2] ?? '{}'));
const { url, organizationId, token, data, truth, requests } = simulator;
print({
  url,
  organizationId,
  token,
  users: data.users.map(({ approvalManager: _manager, customAttributes: _attributes, ...user }) => user),
  truth: {
    userIds: [...truth.userIds()],
    courseIds: [...truth.courseIds()],
    roleIds: [...truth.roleIds()],
    entitlementIds: [...truth.entitlementIds()],
    grantIds: [...truth.grantIds()],
  },
});
for await (const _ of createInterface({ input: process.stdin })) {
  print(requests.all.map(({ method, path }) => `${method} ${path}`));
}
