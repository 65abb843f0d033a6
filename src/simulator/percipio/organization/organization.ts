// A simulated organization as functions of its seed: nothing is stored, objects are regenerated on demand.
import { hash32, uuidAt } from '../random.ts';
import type { CatalogItem, PercipioUser } from './api-objects.ts';
import { catalogItemAt } from './catalog-item-at.ts';
import { COURSE_KIND, contentKindAt } from './content-kinds.ts';
import { type CustomAttributes, createCustomAttributes } from './custom-attributes.ts';
import { userAt } from './user-at.ts';

export interface OrganizationSize {
  readonly seed: number;
  readonly organizationId: string;
  /** Users in `GET …/users`. */
  readonly users: number;
  /** Items in the catalog, of all types. */
  readonly courses: number;
}

/**
 * Users and contents by index. Indexes from `users` to `usersEver` are deleted users, and those from `courses` to
 * `contentsEver` are courses that left the catalog: both appear only in report rows.
 */
export interface Organization extends OrganizationSize {
  /** `users` plus 1 %, at least one. */
  readonly usersEver: number;
  /** `courses` plus 1 %, at least one. */
  readonly contentsEver: number;
  readonly customAttributes: CustomAttributes;
  userAt(index: number): PercipioUser;
  catalogItemAt(index: number): CatalogItem;
  /** The kind of a content, as an index in CONTENT_KINDS; those that left the catalog are courses. */
  contentKindAt(index: number): number;
  /** Ids for tests and static data: unique for each index, and different for each key. */
  idAt(key: number, index: number): string;
}

export function createOrganization(size: OrganizationSize): Organization {
  const { seed, users, courses, organizationId } = size;
  const customAttributes = createCustomAttributes(seed);
  return {
    ...size,
    usersEver: users + Math.max(1, Math.ceil(users / 100)),
    contentsEver: courses + Math.max(1, Math.ceil(courses / 100)),
    customAttributes,
    userAt: (index) => userAt(seed, index, customAttributes),
    catalogItemAt: (index) => catalogItemAt(seed, index, organizationId),
    contentKindAt: (index) => (index < courses ? contentKindAt(index) : COURSE_KIND),
    idAt: (key, index) => uuidAt(hash32(seed, key), index),
  };
}
