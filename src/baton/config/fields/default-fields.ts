// The settings that every Baton connector has, and the rules between them (pkg/field of baton-sdk v0.25.0).
import type { Constraint } from '../constraint.ts';
import type { Field } from '../field.ts';
import {
  appliedSyncId,
  baseSyncId,
  c1zToolFields,
  compactFilePaths,
  compactOutputPath,
  compactSyncIds,
  compactSyncs,
  diffSyncs,
} from './c1z-tools.ts';
import { logFields } from './log.ts';
import {
  bulkCreateTicket,
  bulkTicketTemplatePath,
  createAccountEmail,
  createAccountLogin,
  createTicket,
  deleteResource,
  deleteResourceType,
  eventFeed,
  eventFeedCursor,
  eventFeedId,
  eventFeedStartAt,
  getTicket,
  grantEntitlement,
  grantPrincipal,
  grantPrincipalType,
  invokeAction,
  invokeActionArgs,
  invokeActionResourceType,
  listActionSchemas,
  listActionSchemasResourceType,
  listTicketSchemas,
  onDemandFields,
  revokeGrant,
  rotateCredentials,
  rotateCredentialsType,
  ticketId,
  ticketTemplatePath,
} from './on-demand.ts';
import {
  clientId,
  clientSecret,
  healthCheckFields,
  serviceModeFields,
  sessionStoreMaximumSize,
} from './service-mode.ts';
import {
  externalResourceC1z,
  externalResourceEntitlementIdFilter,
  externalResourceTraits,
  httpTimeoutSeconds,
  skipGrants,
  syncFields,
  syncResources,
} from './sync.ts';
import { telemetryFields } from './telemetry.ts';

/** In the order of the exported schema (`config`), which is that of the Go SDK. */
export const defaultFields: readonly Field[] = [
  ...logFields,
  sessionStoreMaximumSize,
  ...telemetryFields,
  ...healthCheckFields,
  httpTimeoutSeconds,
  ...syncFields,
  ...serviceModeFields,
  ...onDemandFields,
  ...c1zToolFields,
];

/**
 * The rules of the Go SDK, and some that it lacks: there, a principal, a resource to delete or credentials to rotate
 * without a resource type fail when the work begins, and an option of a missing action leads to a sync.
 *
 * One rule is omitted: that the health endpoint's port and address require `health-check`. The Go SDK declares it but
 * does not check it, and deployments rely on that: they set only the port.
 */
export const defaultConstraints: readonly Constraint[] = [
  { kind: 'required-together', fields: [grantEntitlement, grantPrincipal, grantPrincipalType] },
  { kind: 'required-together', fields: [deleteResource, deleteResourceType] },
  { kind: 'required-together', fields: [rotateCredentials, rotateCredentialsType] },
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
  { kind: 'dependent-on', fields: [eventFeedId, eventFeedStartAt, eventFeedCursor], requires: [eventFeed] },
  { kind: 'dependent-on', fields: [invokeActionArgs, invokeActionResourceType], requires: [invokeAction] },
  { kind: 'dependent-on', fields: [listActionSchemasResourceType], requires: [listActionSchemas] },
  { kind: 'dependent-on', fields: [externalResourceEntitlementIdFilter], requires: [externalResourceC1z] },
  { kind: 'dependent-on', fields: [externalResourceTraits], requires: [externalResourceC1z] },
  { kind: 'dependent-on', fields: [skipGrants], requires: [syncResources] },
];
