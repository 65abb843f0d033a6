// The settings of this connector. The first three and `base-url` are also the Go connector's, by the same names.
import { boolField, choiceField, durationField, stringField, stringSliceField } from 'baton-connector-sdk';

export const apiTokenField = stringField({
  name: 'api-token',
  description: 'Bearer token of the Percipio service account',
  required: true,
  secret: true,
});

export const organizationIdField = stringField({
  name: 'organization-id',
  description: 'UUID of the organization in Percipio',
  required: true,
});

export const limitedCoursesField = stringSliceField({
  name: 'limited-courses',
  description: 'Ids of the only courses to sync; all courses when there are none',
  required: false,
});

export const regionField = choiceField({
  name: 'region',
  description: "Where the organization's Percipio is: us (api.percipio.com) or eu (dew1-api.percipio.com)",
  oneOf: ['us', 'eu'],
  default: 'us',
  exportTarget: 'ops',
});

export const reportLookbackField = durationField({
  name: 'report-lookback',
  description: 'How far back the learning activity report begins',
  default: '10y',
  exportTarget: 'ops',
});

export const reportTimeoutField = durationField({
  name: 'report-timeout',
  description: 'How long Percipio may take to make the learning activity report',
  default: '5h',
  exportTarget: 'ops',
});

/** What Percipio makes of it is documented roughly: see docs/performance.md. */
export const reportMappingField = boolField({
  name: 'report-mapping',
  description: 'Asks Percipio to leave out of the report what a sync does not need: an eighth of the size, on trial',
  exportTarget: 'cli',
});

export const baseUrlField = stringField({
  name: 'base-url',
  description: 'Where the Percipio API is, for a simulator',
  hidden: true,
  exportTarget: 'cli',
});

/** In the order in which help and the exported schema show them. */
export const percipioFields = [
  apiTokenField,
  organizationIdField,
  limitedCoursesField,
  regionField,
  reportLookbackField,
  reportTimeoutField,
  reportMappingField,
  baseUrlField,
];
