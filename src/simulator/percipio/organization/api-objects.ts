// The objects of the Percipio API, as in its JSON: fields that can be null or missing there can be so here.

/** A custom attribute of a user. Generated ones are shared between users and frozen: replace, don't edit. */
export interface CustomAttribute {
  readonly id?: string;
  readonly name?: string;
  readonly value?: string | null;
}

export interface ApprovalManager {
  id?: string | null;
  email?: string | null;
  externalUserId?: string | null;
}

/** A user. Every field except `id` can be null or missing. */
export interface PercipioUser {
  id: string;
  externalUserId?: string | null;
  email?: string | null;
  isActive?: boolean | null;
  loginName?: string | null;
  firstName?: string | null;
  lastName?: string | null;
  role?: string | null;
  /** ISO 8601, with microseconds. */
  updatedAt?: string | null;
  jobTitle?: string | null;
  isInstructor?: boolean | null;
  hasCoaching?: boolean | null;
  hasEnterpriseCoaching?: boolean | null;
  hasEnterpriseCoachingDashboard?: boolean | null;
  approvalManager?: ApprovalManager | null;
  customAttributes?: readonly CustomAttribute[] | null;
  [field: string]: unknown;
}

export interface LocalizedMetadata {
  localeCode?: string | null;
  title?: string | null;
  description?: string | null;
}

/** A reference to another item. */
export interface ContentReference {
  readonly id: string;
  readonly title?: string;
  readonly type?: string;
  readonly link?: string;
}

/** A catalog item: a course, or any other type of content. */
export interface CatalogItem {
  id: string;
  code?: string | null;
  contentType?: {
    percipioType?: string | null;
    category?: string | null;
    displayLabel?: string | null;
    source?: string | null;
  } | null;
  localeCodes?: string[] | null;
  localizedMetadata?: LocalizedMetadata[] | null;
  lifecycle?: {
    status?: string | null;
    publishDate?: string | null;
    lastUpdatedDate?: string | null;
    plannedRetirementDate?: string | null;
    retiredDate?: string | null;
    includedFromActivity?: boolean;
  } | null;
  keywords?: string[] | null;
  associations?: {
    parent?: ContentReference | null;
    channels?: readonly ContentReference[];
    journeys?: readonly ContentReference[];
    [field: string]: unknown;
  } | null;
  [field: string]: unknown;
}

/** The data that the simulator serves. Tests may edit the objects, or edit or replace the arrays. */
export interface SimulatedData {
  users: PercipioUser[];
  /** The catalog. */
  courses: CatalogItem[];
  /** The listing of compliance courses. Courses that are also in the catalog are the same objects. */
  complianceCourses: CatalogItem[];
}
