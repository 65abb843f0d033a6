// The settings of this connector. Names, requiredness and texts of the first three are the Go connector's.
import { choiceField, durationField, stringField, stringSliceField } from '../baton/config/create-field.ts';

export const apiTokenField = stringField({
  name: 'api-token',
  description: 'The Percipio Bearer Token',
  required: true,
  secret: true,
});

export const organizationIdField = stringField({
  name: 'organization-id',
  description: 'The Percipio Organization ID',
  required: true,
});

export const limitedCoursesField = stringSliceField({
  name: 'limited-courses',
  description: 'Limit imported courses to a specific list by Course ID',
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

export const baseUrlField = stringField({
  name: 'base-url',
  description: 'Override the Percipio API URL (for testing)',
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
  baseUrlField,
];
