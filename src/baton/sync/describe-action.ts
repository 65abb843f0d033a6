// Names the call that an action makes, for people.
import type { ActionInit, Operation } from './plan/sync-action.ts';

const methods: Readonly<Partial<Record<Operation, string>>> = {
  'list-resource-types': 'ListResourceTypes',
  'list-resources': 'ListResources',
  'targeted-resource-sync': 'GetResource',
  'list-static-entitlements': 'ListStaticEntitlements',
  'list-entitlements': 'ListEntitlements',
  'list-grants': 'ListGrants',
};

const tokenLengthMax = 40;

/** `ListGrants of book b1`, `ListResources of room below floor 2 (page token "next")`. */
export function describeAction(action: ActionInit): string {
  const { operation, resourceTypeId, resourceId, parentResourceTypeId, parentResourceId, pageToken } = action;
  const of = [resourceTypeId, resourceId].filter(Boolean).join(' ');
  const below = parentResourceId && ` below ${parentResourceTypeId} ${parentResourceId}`;
  const page = pageToken && ` (page token ${JSON.stringify(shorten(pageToken))})`;
  return `${methods[operation] ?? operation}${of && ` of ${of}`}${below}${page}`;
}

/** Page tokens may be a megabyte. */
function shorten(token: string): string {
  return token.length <= tokenLengthMax ? token : `${token.slice(0, tokenLengthMax).toWellFormed()}…`;
}
