// The paths of the API as telemetry shows them: with placeholders for ids and names.

/** The words of the API's paths. */
const words: ReadonlySet<string> = new Set([
  ...['user-management', 'content-discovery', 'common', 'reporting', 'v1', 'v2', 'organizations'],
  ...['users', 'external-user-id', 'login-name', 'login-name-or-email', 'batch-users-request'],
  ...['custom-attributes', 'collections', 'license-pools'],
  ...['catalog-content', 'compliance-content', 'search-content'],
  ...['report-requests', 'learning-activity', 'entitlements'],
]);

/** @param path - Without a query. What is not a word of the API becomes `{}`, so that a new path shows nobody's id. */
export function toPathTemplate(path: string): string {
  return path
    .split('/')
    .map((part) => (part === '' || words.has(part) ? part : '{}'))
    .join('/');
}
