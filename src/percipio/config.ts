// The settings of this connector. The Go connector has the first three and `base-url` under the same names.
import { boolField, choiceField, durationField, intField, stringField, stringSliceField } from 'baton-connector-sdk';
import { checkContentTypes, contentTypeNames, defaultContentTypes, normalizeContentTypes } from './content-types.ts';
import {
  checkBaseUrl,
  checkOrganizationId,
  checkToken,
  checkUuid,
  checkUuids,
  normalizeToken,
  normalizeUuid,
  normalizeUuids,
} from './normalize-settings.ts';

export const apiTokenField = stringField({
  name: 'api-token',
  displayName: 'API Token',
  description: 'Bearer token of the Percipio service account',
  required: true,
  secret: true,
  normalize: normalizeToken,
  check: checkToken,
});

export const organizationIdField = stringField({
  name: 'organization-id',
  displayName: 'Organization ID',
  description: 'UUID of the organization in Percipio',
  required: true,
  besideSecret: true,
  normalize: normalizeUuid,
  check: checkOrganizationId,
});

export const limitedCoursesField = stringSliceField({
  name: 'limited-courses',
  displayName: 'Course IDs',
  description: 'Sync only these course ids (default: all courses)',
  required: false,
  normalize: normalizeUuids,
  check: checkUuids,
});

export const contentTypesField = stringSliceField({
  name: 'content-types',
  description: `Content types to sync as courses: ${contentTypeNames.join(', ')} (default: ${defaultContentTypes.join(', ')})`,
  required: false,
  exportTarget: 'ops',
  normalize: normalizeContentTypes,
  check: checkContentTypes,
});

export const skipComplianceCoursesField = boolField({
  name: 'skip-compliance-courses',
  description: 'Do not list compliance courses; those that are also in the catalog are still synced',
  exportTarget: 'ops',
});

/** Off by default: the type of resource is new, and each sync costs Percipio a second report. */
export const syncLicensesField = boolField({
  name: 'sync-licenses',
  description: 'Sync licenses and who has consumed them; each sync then requests a second report',
  exportTarget: 'ops',
});

export const skipRetiredCoursesField = boolField({
  name: 'skip-retired-courses',
  description: 'Skip courses that are retired in Percipio, not just inactive ones',
  exportTarget: 'ops',
});

export const activityDetailsField = boolField({
  name: 'activity-details',
  description: 'Add the completion date and the score to the grants of courses',
  exportTarget: 'ops',
});

export const regionField = choiceField({
  name: 'region',
  displayName: 'Region',
  description: 'Percipio region of the organization: us (api.percipio.com) or eu (dew1-api.percipio.com)',
  oneOf: ['us', 'eu'],
  default: 'us',
});

export const ignoreUnknownAccountFieldsField = boolField({
  name: 'ignore-unknown-account-fields',
  description: 'Create accounts even if a request has unknown profile fields; the response and the log name them',
  exportTarget: 'ops',
});

export const resetRoleOnDisableField = boolField({
  name: 'reset-role-on-disable',
  description: 'Reset the role to LEARNER when a user is disabled or deleted (default: the role is kept)',
  exportTarget: 'ops',
});

export const reportLookbackField = durationField({
  name: 'report-lookback',
  description: 'How far back the learning activity report goes',
  default: '10y',
  exportTarget: 'ops',
});

export const reportTimeoutField = durationField({
  name: 'report-timeout',
  description: 'How long Percipio may take to generate a report',
  default: '5h',
  exportTarget: 'ops',
});

/** Only the first sync of a process uses it: later ones would get the same activity again. */
export const reportIdField = stringField({
  name: 'report-id',
  description: 'Id of a report that an earlier, failed sync requested: use it instead of requesting one',
  exportTarget: 'cli',
  normalize: normalizeUuid,
  check: checkUuid,
});

/** A page of a thousand users or courses is at most a few MiB. */
export const maxResponseMibField = intField({
  name: 'max-response-mib',
  description: 'Maximum size of a response from Percipio, in MiB; reports may be larger',
  default: 8,
  gte: 1,
  lte: 256,
  exportTarget: 'ops',
});

/** How Percipio applies it is documented only roughly: see docs/performance.md. */
export const reportMappingField = boolField({
  name: 'report-mapping',
  description: 'Experimental: request only the report fields that a sync needs (about 1/8 of the size)',
  exportTarget: 'cli',
});

export const baseUrlField = stringField({
  name: 'base-url',
  description: 'URL of the Percipio API, for a simulator',
  // A URL may contain a password.
  besideSecret: true,
  check: checkBaseUrl,
  hidden: true,
  exportTarget: 'cli',
});

export const allowPlainHttpField = boolField({
  name: 'allow-plain-http',
  description: 'Send the API token unencrypted to a --base-url with http:// on another machine',
  hidden: true,
  exportTarget: 'cli',
});

/** In the order in which help and the exported schema show them. */
export const percipioFields = [
  apiTokenField,
  organizationIdField,
  limitedCoursesField,
  regionField,
  contentTypesField,
  skipComplianceCoursesField,
  skipRetiredCoursesField,
  syncLicensesField,
  activityDetailsField,
  ignoreUnknownAccountFieldsField,
  resetRoleOnDisableField,
  reportLookbackField,
  reportTimeoutField,
  maxResponseMibField,
  reportIdField,
  reportMappingField,
  baseUrlField,
  allowPlainHttpField,
];

/** They do not change what a sync writes, so that one that failed can be continued with others. */
export const resumeIgnoredFields = [
  ignoreUnknownAccountFieldsField,
  resetRoleOnDisableField,
  reportTimeoutField,
  maxResponseMibField,
];
