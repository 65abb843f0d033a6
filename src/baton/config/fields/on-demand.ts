// Settings that make the program do something else instead of a sync: a change, events, an action, tickets.
import { boolField, stringField } from '../create-field.ts';

const common = { hidden: true, exportTarget: 'none' } as const;
const noTickets = { ...common, unsupported: { answer: 'refuse', because: 'this connector has no tickets' } } as const;

export const grantEntitlement = stringField({
  ...common,
  name: 'grant-entitlement',
  description: 'Grant the entitlement with this id to --grant-principal',
});
export const grantPrincipal = stringField({
  ...common,
  name: 'grant-principal',
  description: 'Id of the resource to grant the entitlement to',
});
export const grantPrincipalType = stringField({
  ...common,
  name: 'grant-principal-type',
  description: 'Resource type of --grant-principal',
});
export const revokeGrant = stringField({
  ...common,
  name: 'revoke-grant',
  description: 'Revoke the grant with this id',
});

export const createAccountLogin = stringField({
  ...common,
  name: 'create-account-login',
  description: 'Create an account with this login',
});
export const createAccountEmail = stringField({
  ...common,
  name: 'create-account-email',
  description: 'Email address of the account to create',
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
  description: 'Delete the resource with this id',
});
export const deleteResourceType = stringField({
  ...common,
  name: 'delete-resource-type',
  description: 'Resource type of --delete-resource',
});
export const rotateCredentials = stringField({
  ...common,
  name: 'rotate-credentials',
  description: 'Rotate the credentials of the resource with this id',
});
export const rotateCredentialsType = stringField({
  ...common,
  name: 'rotate-credentials-type',
  description: 'Resource type of --rotate-credentials',
});

/** A string, as in the Go SDK (pkg/field/defaults.go), where `true` turns it on. */
export const eventFeed = stringField({
  ...common,
  name: 'event-feed',
  description: 'Print events as JSON lines, if "true"',
});
export const eventFeedId = stringField({
  ...common,
  name: 'event-feed-id',
  description: 'Id of the event feed to read',
});
export const eventFeedStartAt = stringField({
  ...common,
  name: 'event-feed-start-at',
  description: 'Time of the first event to read, as RFC 3339 (default: a day ago)',
});
export const eventFeedCursor = stringField({
  ...common,
  name: 'event-feed-cursor',
  description: 'Cursor to continue reading events from',
});

export const createTicket = boolField({ ...noTickets, name: 'create-ticket', description: 'Create a ticket' });
export const ticketTemplatePath = stringField({
  ...noTickets,
  name: 'ticket-template-path',
  description: 'JSON file with the ticket to create',
});
export const bulkCreateTicket = boolField({ ...noTickets, name: 'bulk-create-ticket', description: 'Create tickets' });
export const bulkTicketTemplatePath = stringField({
  ...noTickets,
  name: 'bulk-ticket-template-path',
  description: 'JSON file with the tickets to create',
});
export const getTicket = boolField({ ...noTickets, name: 'get-ticket', description: 'Print a ticket' });
export const ticketId = stringField({ ...noTickets, name: 'ticket-id', description: 'Id of the ticket to print' });
export const listTicketSchemas = boolField({
  ...noTickets,
  name: 'list-ticket-schemas',
  description: 'Print the schemas of tickets',
});

export const invokeAction = stringField({
  ...common,
  name: 'invoke-action',
  description: 'Invoke the action with this name',
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
  description: 'Resource type of the action',
});
export const listActionSchemas = boolField({
  ...common,
  name: 'list-action-schemas',
  description: 'Print the schemas of actions',
});
export const listActionSchemasResourceType = stringField({
  ...common,
  name: 'list-action-schemas-resource-type',
  description: 'Resource type whose actions to print',
});
// The Go SDK declares these four and reads none. They are refused: who sets one does not expect a sync.
const readNowhere = {
  ...common,
  unsupported: {
    answer: 'refuse',
    because: 'no Baton connector reads it; use --invoke-action or --list-action-schemas',
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
  description: 'Invoke the action with this name on a resource type',
});
const invokeResourceActionResourceType = stringField({
  ...readNowhere,
  name: 'invoke-resource-action-resource-type',
  description: 'Resource type of the action',
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
