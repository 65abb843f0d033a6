// Rules between the settings that every Baton connector has (pkg/field/default_relationships.go of baton-sdk v0.25.0).
import type { Constraint } from './constraint.ts';
import {
  appliedSyncId,
  baseSyncId,
  compactFilePaths,
  compactOutputPath,
  compactSyncIds,
  compactSyncs,
  diffSyncs,
} from './fields/c1z-tools.ts';
import {
  bulkCreateTicket,
  bulkTicketTemplatePath,
  createAccountEmail,
  createAccountLogin,
  createTicket,
  deleteResource,
  deleteResourceType,
  eventFeed,
  getTicket,
  grantEntitlement,
  grantPrincipal,
  listTicketSchemas,
  revokeGrant,
  rotateCredentials,
  rotateCredentialsType,
  ticketId,
  ticketTemplatePath,
} from './fields/on-demand.ts';
import { clientId, clientSecret } from './fields/service-mode.ts';
import {
  externalResourceC1z,
  externalResourceEntitlementIdFilter,
  externalResourceTraits,
  skipGrants,
  syncResources,
} from './fields/sync.ts';

/**
 * The Go SDK also declares that the health endpoint's port and address depend on `health-check`, and never checks it:
 * deployments set the port alone, and must not be refused for it. So that rule is left out.
 */
export const defaultConstraints: readonly Constraint[] = [
  { kind: 'required-together', fields: [grantEntitlement, grantPrincipal] },
  { kind: 'required-together', fields: [clientId, clientSecret] },
  { kind: 'required-together', fields: [createTicket, ticketTemplatePath] },
  { kind: 'required-together', fields: [bulkCreateTicket, bulkTicketTemplatePath] },
  { kind: 'required-together', fields: [getTicket, ticketId] },
  { kind: 'required-together', fields: [diffSyncs, baseSyncId, appliedSyncId] },
  { kind: 'required-together', fields: [compactSyncs, compactSyncIds, compactFilePaths, compactOutputPath] },
  {
    kind: 'mutually-exclusive',
    fields: [
      grantEntitlement,
      revokeGrant,
      createAccountLogin,
      deleteResource,
      rotateCredentials,
      eventFeed,
      createTicket,
      getTicket,
      listTicketSchemas,
      bulkCreateTicket,
    ],
  },
  {
    kind: 'mutually-exclusive',
    fields: [
      grantEntitlement,
      revokeGrant,
      createAccountEmail,
      deleteResourceType,
      rotateCredentialsType,
      eventFeed,
      diffSyncs,
      compactSyncs,
      listTicketSchemas,
    ],
  },
  { kind: 'dependent-on', fields: [externalResourceEntitlementIdFilter], requires: [externalResourceC1z] },
  { kind: 'dependent-on', fields: [externalResourceTraits], requires: [externalResourceC1z] },
  { kind: 'dependent-on', fields: [skipGrants], requires: [syncResources] },
];
