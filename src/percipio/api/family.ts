// The families of the Percipio API. A service account has permissions per family, so errors and counters name the family.

/** As in the paths of the API. */
export const families = ['user-management', 'content-discovery', 'reporting', 'common'] as const;

export type Family = (typeof families)[number];
