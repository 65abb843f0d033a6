// A simulated Percipio for the Go tests in this folder, with the truth about it.
//
//   node percipio.ts '{"users":200}'     options of startPercipioSimulator
//
// Prints one line of JSON: its address, its users (without nested values), and the ids that a correct sync finds. It
// takes commands, one line of JSON each (see `Command`), and answers each with a line. It ends with its stdin, so it
// never outlives the process that started it.
import { createInterface } from 'node:readline';
import type { AddedActivity } from '../../src/simulator/percipio/activity/added-activity.ts';
import type { FaultKind } from '../../src/simulator/percipio/http/faults.ts';
import { startPercipioSimulator } from '../../src/simulator/percipio/percipio-simulator.ts';

/** One of these. */
interface Command {
  /** Answers `GET /path` of each request so far. */
  readonly requests?: true;
  /** Answers method, path, body and status of each write of users so far. */
  readonly writes?: true;
  /** Answers the users as they are. */
  readonly users?: true;
  /** Whether a person can sign in with a name and a password. */
  readonly canSignIn?: readonly [name: string, password: string];
  /** The path is a regular expression. */
  readonly fault?: FaultKind & { readonly method: string; readonly path: string; readonly times?: number };
  readonly addActivity?: Omit<AddedActivity, 'lastAccess'> & { readonly lastAccess: string };
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

await using simulator = await startPercipioSimulator(JSON.parse(process.argv[2] ?? '{}'));
const { url, organizationId, token, data, truth, requests, faults } = simulator;

function listUsers(): unknown[] {
  return data.users.map(({ approvalManager: _manager, customAttributes: _attributes, ...user }) => user);
}

function carryOut(command: Command): unknown {
  if (command.writes) {
    return requests.writes().map(({ method, path, body, result }) => ({ method, path, body, result }));
  }
  if (command.users) return listUsers();
  if (command.canSignIn) return simulator.canSignIn(...command.canSignIn);
  if (command.fault) {
    const { method, path, ...fault } = command.fault;
    faults.add({ ...fault, match: { method, path: new RegExp(path) } });
    return null;
  }
  if (command.addActivity) {
    simulator.addActivity({ ...command.addActivity, lastAccess: new Date(command.addActivity.lastAccess) });
    return null;
  }
  return requests.all.map(({ method, path }) => `${method} ${path}`);
}

print({
  url,
  organizationId,
  token,
  users: listUsers(),
  truth: {
    userIds: [...truth.userIds()],
    courseIds: [...truth.courseIds()],
    roleIds: [...truth.roleIds()],
    entitlementIds: [...truth.entitlementIds()],
    grantIds: [...truth.grantIds()],
  },
});
for await (const line of createInterface({ input: process.stdin })) {
  print(carryOut(JSON.parse(line)));
}
