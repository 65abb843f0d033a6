// What can be told about an organization id without asking Percipio.

/** What is wrong with the id and what to do, for a person; nothing when it has the form of a UUID. */
export function inspectOrganizationId(organizationId: string): string | undefined {
  const id = organizationId.trim();
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return undefined;
  const what = id === '' ? 'is empty' : `is not a UUID: ${JSON.stringify(id.slice(0, 60))}`;
  return `the organization id ${what}; Percipio shows it beside the service account, as 8-4-4-4-12 hexadecimal digits`;
}
