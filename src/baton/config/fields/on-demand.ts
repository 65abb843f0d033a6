// Settings that make the program do one thing instead of a sync: change something, read events, work on tickets.
import { boolField, stringField } from '../create-field.ts';

const common = { hidden: true, exportTarget: 'none' } as const;
const noTickets = { ...common, unsupported: { answer: 'refuse', because: 'this connector has no tickets' } } as const;

export const grantEntitlement = stringField({
  ...common,
  name: 'grant-entitlement',
  description: 'Grants the entitlement with this id to --grant-principal',
});
export const grantPrincipal = stringField({
  ...common,
  name: 'grant-principal',
  description: 'Id of the resource that gets the entitlement',
});
export const grantPrincipalType = stringField({
  ...common,
  name: 'grant-principal-type',
  description: 'Resource type of the resource that gets the entitlement',
});
export const revokeGrant = stringField({
  ...common,
  name: 'revoke-grant',
  description: 'Revokes the grant with this id',
});

export const createAccountLogin = stringField({
  ...common,
  name: 'create-account-login',
  description: 'Creates an account with this login',
});
export const createAccountEmail = stringField({
  ...common,
  name: 'create-account-email',
  description: 'E-mail address of the account to create',
});
export const createAccountProfile = stringField({
  ...common,
  name: 'create-account-profile',
  description: 'Profile of the account to create, as a JSON object',
});
export const createAccountResourceType = stringField({
  ...common,
  name: 'create-account-resource-type',
  description: 'Resource type of the account to create',
});

export const deleteResource = stringField({
  ...common,
  name: 'delete-resource',
  description: 'Deletes the resource with this id',
});
export const deleteResourceType = stringField({
  ...common,
  name: 'delete-resource-type',
  description: 'Resource type of the resource to delete',
});
export const rotateCredentials = stringField({
  ...common,
  name: 'rotate-credentials',
  description: 'Gives the resource with this id new credentials',
});
export const rotateCredentialsType = stringField({
  ...common,
  name: 'rotate-credentials-type',
  description: 'Resource type of the resource that gets new credentials',
});

/** A text in the Go SDK too (pkg/field/defaults.go), where `true` turns it on. */
export const eventFeed = stringField({
  ...common,
  name: 'event-feed',
  description: 'Prints events as lines of JSON, if "true"',
});
export const eventFeedId = stringField({ ...common, name: 'event-feed-id', description: 'Id of the feed to read' });
export const eventFeedStartAt = stringField({
  ...common,
  name: 'event-feed-start-at',
  description: 'Time of the first event to read, as RFC 3339 (default: a day ago)',
});
export const eventFeedCursor = stringField({
  ...common,
  name: 'event-feed-cursor',
  description: 'Where to go on reading events',
});

export const createTicket = boolField({ ...noTickets, name: 'create-ticket', description: 'Creates a ticket' });
export const ticketTemplatePath = stringField({
  ...noTickets,
  name: 'ticket-template-path',
  description: 'JSON file with the ticket to create',
});
export const bulkCreateTicket = boolField({ ...noTickets, name: 'bulk-create-ticket', description: 'Creates tickets' });
export const bulkTicketTemplatePath = stringField({
  ...noTickets,
  name: 'bulk-ticket-template-path',
  description: 'JSON file with the tickets to create',
});
export const getTicket = boolField({ ...noTickets, name: 'get-ticket', description: 'Prints a ticket' });
export const ticketId = stringField({ ...noTickets, name: 'ticket-id', description: 'Id of the ticket to print' });
export const listTicketSchemas = boolField({
  ...noTickets,
  name: 'list-ticket-schemas',
  description: 'Prints the schemas of tickets',
});

export const invokeAction = stringField({
  ...common,
  name: 'invoke-action',
  description: 'Invokes the action with this name',
});
export const invokeActionArgs = stringField({
  ...common,
  name: 'invoke-action-args',
  description: 'Arguments of the action, as a JSON object',
  default: '{}',
});
export const invokeActionResourceType = stringField({
  ...common,
  name: 'invoke-action-resource-type',
  description: 'Resource type that the action belongs to',
});
export const listActionSchemas = boolField({
  ...common,
  name: 'list-action-schemas',
  description: 'Prints the schemas of actions',
});
export const listActionSchemasResourceType = stringField({
  ...common,
  name: 'list-action-schemas-resource-type',
  description: 'Resource type whose actions to print',
});
// The Go SDK declares these four and reads them nowhere. Refused, for a person who sets them wants no sync instead.
const readNowhere = {
  ...common,
  unsupported: {
    answer: 'refuse',
    because: 'no Baton connector reads it; there are --invoke-action and --list-action-schemas',
  },
} as const;
const listResourceActions = stringField({
  ...readNowhere,
  name: 'list-resource-actions',
  description: 'Resource type whose actions to print',
});
const invokeResourceAction = stringField({
  ...readNowhere,
  name: 'invoke-resource-action',
  description: 'Invokes the action with this name on a resource type',
});
const invokeResourceActionResourceType = stringField({
  ...readNowhere,
  name: 'invoke-resource-action-resource-type',
  description: 'Resource type that the action belongs to',
});
const invokeResourceActionArgs = stringField({
  ...readNowhere,
  name: 'invoke-resource-action-args',
  description: 'Arguments of the action, as a JSON object',
  default: '{}',
});

export const onDemandFields = [
  grantEntitlement,
  grantPrincipal,
  grantPrincipalType,
  revokeGrant,
  createAccountLogin,
  createAccountEmail,
  createAccountProfile,
  createAccountResourceType,
  deleteResource,
  deleteResourceType,
  rotateCredentials,
  rotateCredentialsType,
  eventFeed,
  eventFeedId,
  eventFeedStartAt,
  eventFeedCursor,
  createTicket,
  ticketTemplatePath,
  bulkCreateTicket,
  bulkTicketTemplatePath,
  getTicket,
  ticketId,
  listTicketSchemas,
  invokeAction,
  invokeActionArgs,
  invokeActionResourceType,
  listActionSchemas,
  listActionSchemasResourceType,
  listResourceActions,
  invokeResourceAction,
  invokeResourceActionResourceType,
  invokeResourceActionArgs,
];
