// The roles of Percipio under the names that its own pages show.
import { type UserRole, userRoles } from '../api/user-changes.ts';

/**
 * Whether the API accepts a value for a user's `role`. It may return others, such as custom roles of the organization.
 * Values are compared exactly.
 */
export function isUserRole(role: string): role is UserRole {
  return userRoles.some((known) => known === role);
}

interface RoleDescription {
  /** As on Percipio's own pages. */
  readonly name: string;
  readonly description: string;
  /** A higher number is more privilege; 0 is unknown. */
  readonly privilege: number;
}

const descriptions: Readonly<Record<UserRole, RoleDescription>> = {
  LEARNER: { name: 'Learner', description: 'Learns, and administers nothing: the role of new users', privilege: 1 },
  MANAGER: { name: 'Manager', description: 'Follows the learning of the people that they manage', privilege: 2 },
  CONTENT_COORDINATOR: {
    name: 'Content Coordinator',
    description: 'Helps to look after the learning content',
    privilege: 3,
  },
  CONTENT_CURATOR: {
    name: 'Content Curator',
    description: 'Looks after the learning content of the organization',
    privilege: 4,
  },
  LEARNING_ADMIN: {
    name: 'Learning Admin',
    description: 'Administers the learning of the audiences that they own',
    privilege: 5,
  },
  ADMIN: { name: 'Site Admin', description: 'Administers all of Percipio for the organization', privilege: 6 },
};

/** A role that the API does not accept is named by its value. */
export function describeRole(role: string): RoleDescription {
  return isUserRole(role)
    ? descriptions[role]
    : {
        name: role,
        description: 'A role that this connector does not know, such as a custom role of the organization',
        privilege: 0,
      };
}
