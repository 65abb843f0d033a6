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

/** `ListGrants of book b1`, `ListResources of room below floor 2`. */
export function describeAction(action: ActionInit): string {
  const { operation, resourceTypeId, resourceId, parentResourceTypeId, parentResourceId } = action;
  const of = [resourceTypeId, resourceId].filter(Boolean).join(' ');
  const below = parentResourceId && ` below ${parentResourceTypeId} ${parentResourceId}`;
  return `${methods[operation] ?? operation}${of && ` of ${of}`}${below}`;
}
