// All checks, by when they run: on the identity of the connector, during the walk, and with calls of their own.
import type { CallCheck, WalkCheck } from './check.ts';
import { actionChecks } from './checks/actions.ts';
import { annotationChecks } from './checks/annotations.ts';
import { callChecks as plainCallChecks } from './checks/calls.ts';
import { capabilityChecks } from './checks/capabilities.ts';
import { closingChecks, connectorChecks } from './checks/connector.ts';
import { entitlementChecks } from './checks/entitlements.ts';
import { eventChecks } from './checks/events.ts';
import { exclusionGroupChecks } from './checks/exclusion-groups.ts';
import { grantChecks } from './checks/grants.ts';
import { invalidRequestChecks } from './checks/invalid-requests.ts';
import { listingChecks } from './checks/listings.ts';
import { pageSizeChecks } from './checks/page-sizes.ts';
import { pageTokenChecks } from './checks/page-tokens.ts';
import { provisioningChecks } from './checks/provisioning.ts';
import { resourceTypeChecks } from './checks/resource-types.ts';
import { resourceChecks } from './checks/resources.ts';
import { skippedTypeChecks } from './checks/skipped-types.ts';
import { stableIdChecks } from './checks/stable-ids.ts';
import { syncFileChecks } from './checks/sync-file.ts';
import { ticketChecks } from './checks/tickets.ts';

/** Check the responses of GetMetadata and Validate; they need no walk. */
export const identityChecks: readonly CallCheck[] = connectorChecks;

export const walkChecks: readonly WalkCheck[] = [
  ...resourceTypeChecks,
  ...resourceChecks,
  ...entitlementChecks,
  ...exclusionGroupChecks,
  ...grantChecks,
  ...annotationChecks,
  ...listingChecks,
  ...stableIdChecks,
];

/** The order matters: the closing checks end the sync that the others belong to. */
export const callChecks: readonly CallCheck[] = [
  ...skippedTypeChecks,
  ...pageTokenChecks,
  ...pageSizeChecks,
  ...invalidRequestChecks,
  ...capabilityChecks,
  ...provisioningChecks,
  ...eventChecks,
  ...actionChecks,
  ...ticketChecks,
  ...plainCallChecks,
  ...syncFileChecks,
  ...closingChecks,
];
