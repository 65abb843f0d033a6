// A simulated organization as functions of its seed: nothing is stored, objects are regenerated on demand.
import { hash32, uuidAt } from '../random.ts';
import type { CatalogItem, PercipioUser } from './api-objects.ts';
import { catalogItemAt, complianceCourseAt, liveCourseAt } from './catalog-item-at.ts';
import { COURSE_KIND, contentKindAt, LIVE_KIND } from './content-kinds.ts';
import { type CustomAttributes, createCustomAttributes } from './custom-attributes.ts';
import { userAt } from './user-at.ts';

/** One in this many compliance courses is also in the catalog. */
const COMPLIANCE_PER_SHARED = 3;

export interface OrganizationSize {
  readonly seed: number;
  readonly organizationId: string;
  /** Users in `GET …/users`. */
  readonly users: number;
  /** Items in the catalog, of all types but live courses. */
  readonly courses: number;
  /** Live courses, at the end of the catalog. Default 0. */
  readonly liveCourses?: number;
  /** Items in the listing of compliance courses. Default 0. */
  readonly complianceCourses?: number;
}

/**
 * Users and contents by index. Indexes from `users` to `usersEver` are deleted users. The contents are, in this order:
 * the catalog up to `courses`, courses that left the catalog, live courses, and compliance courses that are not in the
 * catalog. Deleted users and courses appear only in report rows.
 */
export interface Organization {
  readonly seed: number;
  readonly organizationId: string;
  readonly users: number;
  readonly courses: number;
  /** `users` plus 1 %, at least one. */
  readonly usersEver: number;
  /** How many courses left the catalog: 1 % of `courses`, at least one. */
  readonly leftCourses: number;
  readonly contentsEver: number;
  readonly customAttributes: CustomAttributes;
  /** The indexes of the catalog's items, in its order. */
  readonly catalog: readonly number[];
  /** The indexes of the compliance courses; those that are also in the catalog come first. */
  readonly compliance: readonly number[];
  userAt(index: number): PercipioUser;
  /** An item of the catalog or of the compliance courses. */
  catalogItemAt(index: number): CatalogItem;
  /** The kind of a content, as an index in CONTENT_KINDS; those that left the catalog are courses. */
  contentKindAt(index: number): number;
  /** Ids for tests and static data: unique for each index, and different for each key. */
  idAt(key: number, index: number): string;
}

export function createOrganization(size: OrganizationSize): Organization {
  const { seed, users, courses, liveCourses = 0, complianceCourses = 0, organizationId } = size;
  const customAttributes = createCustomAttributes(seed);
  const leftCourses = Math.max(1, Math.ceil(courses / 100));
  const shared = range(0, courses)
    .filter((index) => contentKindAt(index) === COURSE_KIND)
    .slice(0, Math.floor(complianceCourses / COMPLIANCE_PER_SHARED));
  const firstLive = courses + leftCourses;
  const firstComplianceOnly = firstLive + liveCourses;
  const complianceOnly = range(firstComplianceOnly, complianceCourses - shared.length);
  return {
    seed,
    organizationId,
    users,
    courses,
    usersEver: users + Math.max(1, Math.ceil(users / 100)),
    leftCourses,
    contentsEver: firstComplianceOnly + complianceOnly.length,
    customAttributes,
    catalog: [...range(0, courses), ...range(firstLive, liveCourses)],
    compliance: [...shared, ...complianceOnly],
    userAt: (index) => userAt(seed, index, customAttributes),
    catalogItemAt: (index) => {
      const at = index < firstLive ? catalogItemAt : index < firstComplianceOnly ? liveCourseAt : complianceCourseAt;
      return at(seed, index, organizationId);
    },
    contentKindAt: (index) => {
      if (index < courses) return contentKindAt(index);
      return index >= firstLive && index < firstComplianceOnly ? LIVE_KIND : COURSE_KIND;
    },
    idAt: (key, index) => uuidAt(hash32(seed, key), index),
  };
}

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}
