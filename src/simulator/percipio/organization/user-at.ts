// The users of a simulated organization: the `index`th user depends only on the seed and the index.
import { createRandom, hash32, pick, uuidAt } from '../random.ts';
import type { ApprovalManager, PercipioUser } from './api-objects.ts';
import type { CustomAttributes } from './custom-attributes.ts';
import { FIRST_NAMES, JOB_TITLES, LAST_NAMES, UNUSUAL_FIRST_NAMES, UNUSUAL_LAST_NAMES } from './words.ts';

const ROLES = ['ADMIN', 'CONTENT_CURATOR', 'CONTENT_COORDINATOR', 'LEARNING_ADMIN', 'MANAGER'] as const;
const DAY_MS = 86_400_000;
const UPDATED_UNTIL_MS = Date.UTC(2025, 0, 1);

export function userIdAt(seed: number, index: number): string {
  return uuidAt(hash32(seed, 0x05e2), index);
}

/**
 * Generates the `index`th user. By position in the list:
 * - 5 % are inactive (index 7 of each 20), 0.5 % have only an id (index 199 of each 200), 0.5 % a null `isActive`;
 * - 2 % have null `customAttributes`, 1 % have none, 5 % have an extra one named `email` or `id`;
 * - 2.5 % have null first and last names, 1 % a null first name; 10 % have names with multi-byte letters or quotes;
 * - 4 % have a null `loginName`, 4 % have none; 1 % a null `email`, 1 % a null `role`;
 * - one fifth each have as `approvalManager`: `{}`, null, only an id, a complete object, and nothing.
 */
export function userAt(seed: number, index: number, attributes: CustomAttributes): PercipioUser {
  const id = userIdAt(seed, index);
  if (index % 200 === 199) {
    return { id };
  }
  const random = createRandom(hash32(seed, index));
  const unusual = index % 10 === 3;
  const firstName = random.pick(FIRST_NAMES);
  const lastName = random.pick(LAST_NAMES);
  const email = emailAt(index, firstName, lastName);
  const user: PercipioUser = {
    id,
    externalUserId: index % 3 === 0 ? `E${100_000 + index}` : email,
    email: index % 100 === 23 ? null : email,
    isActive: index % 200 === 150 ? null : index % 20 !== 7,
    loginName: index % 25 === 14 ? null : email,
    firstName:
      index % 40 === 11 || index % 100 === 17
        ? null
        : unusual
          ? pick(UNUSUAL_FIRST_NAMES, Math.floor(index / 10))
          : firstName,
    lastName: index % 40 === 11 ? null : unusual ? pick(UNUSUAL_LAST_NAMES, Math.floor(index / 10)) : lastName,
    role: index % 100 === 61 ? null : random.chance(0.1) ? random.pick(ROLES) : 'LEARNER',
    updatedAt: new Date(UPDATED_UNTIL_MS - random.below(700 * DAY_MS)).toISOString().replace('Z', '000Z'),
    customAttributes: index % 50 === 13 ? null : attributes.ofUser(index),
    jobTitle: random.chance(0.5) ? random.pick(JOB_TITLES) : null,
    isInstructor: random.chance(0.03),
    hasCoaching: random.chance(0.2),
    hasEnterpriseCoaching: random.chance(0.1),
    hasEnterpriseCoachingDashboard: random.chance(0.05),
  };
  if (index % 20 === 1) {
    user.customAttributes = [...(user.customAttributes ?? []), attributes.clashing(index % 40 === 1 ? 0 : 1)];
  }
  if (index % 100 === 42) {
    delete user.customAttributes;
  }
  if (index % 25 === 9) {
    delete user.loginName;
  }
  const manager = approvalManagerAt(seed, index);
  if (manager !== undefined) {
    user.approvalManager = manager;
  }
  return user;
}

function emailAt(index: number, firstName: string, lastName: string): string {
  return `${firstName}.${lastName}.${index}@example.com`.toLowerCase();
}

function approvalManagerAt(seed: number, index: number): ApprovalManager | null | undefined {
  const managerIndex = Math.floor(index / 8);
  const id = userIdAt(seed, managerIndex);
  const managers: (ApprovalManager | null | undefined)[] = [
    {},
    null,
    { id },
    { id, email: `manager.${managerIndex}@example.com`, externalUserId: `E${100_000 + managerIndex}` },
    undefined,
  ];
  return managers[index % managers.length];
}
