// The ids of resources on command lines: `bid:r:user/42`.

/** A resource, with its parent if the id has one. */
interface NamedResource {
  readonly id: ResourceName;
  readonly parentResourceId?: ResourceName;
}

export interface ResourceName {
  readonly resourceType: string;
  readonly resource: string;
}

/** Colons, slashes and backslashes in names are escaped with a backslash (pkg/bid of baton-sdk v0.25.0). */
const name = String.raw`((?:[^:/\\]|\\[:/\\])+)`;
const form = new RegExp(`^bid:r:(?:${name}/${name}/)?${name}/${name}$`, 's');

/** Parses `bid:r:type/id` or `bid:r:parentType/parentId/type/id`; returns undefined for any other text. */
export function parseResourceBid(text: string): NamedResource | undefined {
  const [, parentType, parent, resourceType, resource] = (form.exec(text) ?? []).map(removeBackslashes);
  if (!resourceType || !resource) return undefined;
  const id = { resourceType, resource };
  return parentType && parent ? { id, parentResourceId: { resourceType: parentType, resource: parent } } : { id };
}

function removeBackslashes(escaped: string | undefined): string | undefined {
  return escaped?.replaceAll(/\\(.)/gs, '$1');
}
