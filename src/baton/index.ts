// What a connector and its program are made of. Beside it: `baton-connector-sdk/http`, the kit for clients of
// applications, and `baton-connector-sdk/testing`, to call a connector without a server.
export { type Action, action, resourceIdArgument } from './author/action.ts';
export {
  type Annotation,
  type Connector,
  type ConnectorStatistics,
  type GetRequest,
  type Listing,
  type ListRequest,
  listing,
  type Page,
  type PageRequest,
  type PlainGrant,
  type ResourceRequest,
  type ResourceSyncer,
  singlePage,
  type Validation,
} from './author/connector.ts';
export type { Context, Progress, Reporter, SessionStore } from './author/context.ts';
export type { DryRun, PlannedWrite } from './author/dry-run.ts';
export type { ErrorReason } from './author/error-reasons.ts';
export { type EventFeed, type EventsPage, type EventsRequest, eventFeed } from './author/event-feed.ts';
export type { Host, Output } from './author/host.ts';
export type { Naming } from './author/naming.ts';
export type { CatalogEntry, ConnectorEnvironment, Program } from './author/program.ts';
export type {
  AccountManager,
  CreateAccountOutcome,
  CreateAccountRequest,
  Credential,
  CredentialManager,
  DeleteOutcome,
  DeleteRequest,
  Provisioner,
} from './author/provisioner.ts';
export type { ReasonEntry, ReasonTable } from './author/reason-table.ts';
export { Code, type ErrorDetail, refusal, ServiceError, type ServiceErrorOptions } from './author/service-error.ts';
export { UsageError } from './author/usage-error.ts';
export type { Command, Invocation } from './command-line/command.ts';
export {
  boolField,
  choiceField,
  durationField,
  intField,
  stringField,
  stringSliceField,
} from './config/create-field.ts';
export type { Field, Settings } from './config/field.ts';
export { countWorkers, httpTimeoutSeconds } from './config/fields/sync.ts';
export { buildAssignmentEntitlement, type EntitlementInit, entitlementId } from './messages/entitlement.ts';
export { buildGrant, entitlementStub, grantId, type ListedGrant } from './messages/grant.ts';
export {
  annotation,
  buildLicenseResource,
  buildResource,
  buildRoleResource,
  buildUserResource,
  type LicenseResourceInit,
  packAnnotations,
  type ResourceInit,
  type UserResourceInit,
} from './messages/resource.ts';
export { buildResourceType, type ResourceTypeInit } from './messages/resource-type.ts';
export { type ProgramOptions, runProgram } from './run-program.ts';
