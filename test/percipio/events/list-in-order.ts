// Lets a simulator list users in the orders that Percipio may have, for tests.
import type { PercipioUser } from '../../../src/simulator/percipio/organization/api-objects.ts';
import type { PercipioSimulator } from '../../../src/simulator/percipio/percipio-simulator.ts';

/** The orders in which Percipio may list users. */
export const orders = {
  'by their creation': undefined,
  'the last changed one at the end': (a: PercipioUser, b: PercipioUser) => timeOf(a) - timeOf(b),
  'the last changed one first': (a: PercipioUser, b: PercipioUser) => timeOf(b) - timeOf(a),
} satisfies Record<string, ((a: PercipioUser, b: PercipioUser) => number) | undefined>;

export type Order = keyof typeof orders;

function timeOf({ updatedAt }: PercipioUser): number {
  return Date.parse(updatedAt ?? '');
}

/** Lets a simulator list users in an order, whatever becomes of them. The array that is returned may be edited. */
export function listInOrder(simulator: PercipioSimulator, order: Order): PercipioUser[] {
  const users: PercipioUser[] = [];
  const compare = orders[order];
  Object.defineProperty(simulator.data, 'users', { get: () => (compare ? users.toSorted(compare) : users) });
  return users;
}
