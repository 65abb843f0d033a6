// The ids of single resources as command lines have them: `bid:r:user/42`.

/** A resource, and its parent where the id tells one. */
interface NamedResource {
  readonly id: ResourceName;
  readonly parentResourceId?: ResourceName;
}

export interface ResourceName {
  readonly resourceType: string;
  readonly resource: string;
}

/** Colons, slashes and backslashes in names are written behind a backslash (pkg/bid of baton-sdk v0.25.0). */
const name = String.raw`((?:[^:/\\]|\\[:/\\])+)`;
const form = new RegExp(`^bid:r:(?:${name}/${name}/)?${name}/${name}$`, 's');

/** Reads `bid:r:type/id` or `bid:r:parentType/parentId/type/id`. Nothing comes of other texts. */
export function parseResourceBid(text: string): NamedResource | undefined {
  const [, parentType, parent, resourceType, resource] = (form.exec(text) ?? []).map(removeBackslashes);
  if (!resourceType || !resource) return undefined;
  const id = { resourceType, resource };
  return parentType && parent ? { id, parentResourceId: { resourceType: parentType, resource: parent } } : { id };
}

function removeBackslashes(escaped: string | undefined): string | undefined {
  return escaped?.replaceAll(/\\(.)/gs, '$1');
}
