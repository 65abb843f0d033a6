// The ids of resources on command lines: `bid:r:user/42`.

/** A resource, with its parent if the id has one. */
export interface NamedResource {
  readonly id: ResourceName;
  readonly parentResourceId?: ResourceName;
}

export interface ResourceName {
  readonly resourceType: string;
  readonly resource: string;
}

/** Colons, slashes and backslashes in names are escaped with a backslash (pkg/bid of baton-sdk v0.25.0). */
const name = String.raw`((?:[^:/\\]|\\[:/\\])+)`;
const resourceForm = `(?:${name}/${name}/)?${name}/${name}`;
const form = new RegExp(`^bid:r:${resourceForm}$`, 's');
const entitlementForm = new RegExp(`^bid:e:${resourceForm}:${name}$`, 's');

/** Parses `bid:r:type/id` or `bid:r:parentType/parentId/type/id`; returns undefined for any other text. */
export function parseResourceBid(text: string): NamedResource | undefined {
  const [, parentType, parent, resourceType, resource] = (form.exec(text) ?? []).map(removeBackslashes);
  if (!resourceType || !resource) return undefined;
  const id = { resourceType, resource };
  return parentType && parent ? { id, parentResourceId: { resourceType: parentType, resource: parent } } : { id };
}

/** Parses the id of an entitlement, `bid:e:group/g1:member`; returns undefined for any other text. */
export function parseEntitlementBid(text: string): (NamedResource & { readonly slug: string }) | undefined {
  const match = entitlementForm.exec(text);
  const slug = removeBackslashes(match?.[5]);
  const resource =
    match && slug && parseResourceBid(text.slice(0, text.length - `:${match[5]}`.length).replace('bid:e:', 'bid:r:'));
  return resource ? { ...resource, slug } : undefined;
}

function removeBackslashes(escaped: string | undefined): string | undefined {
  return escaped?.replaceAll(/\\(.)/gs, '$1');
}
