// The limits of requests as the protocol has them (pb/c1/connector/v2 of baton-sdk v0.25.0): a table of its own,
// which nothing derives from the rules in proto/.
import type { DescMethod } from '@bufbuild/protobuf';
import { ActionService } from '#gen/c1/connector/v2/action_pb.js';
import { AssetService } from '#gen/c1/connector/v2/asset_pb.js';
import { ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import { EntitlementsService } from '#gen/c1/connector/v2/entitlement_pb.js';
import { EventService } from '#gen/c1/connector/v2/event_feed_pb.js';
import { GrantManagerService, GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceDeleterService,
  ResourceGetterService,
  ResourceManagerService,
  ResourcesService,
  ResourceTypesService,
} from '#gen/c1/connector/v2/resource_pb.js';
import { TicketsService } from '#gen/c1/connector/v2/ticket_pb.js';

/** All services that a connector serves. */
export const connectorServices = [
  ActionService,
  AssetService,
  ConnectorService,
  EntitlementsService,
  EventService,
  GrantManagerService,
  GrantsService,
  AccountManagerService,
  CredentialManagerService,
  ResourceDeleterService,
  ResourceGetterService,
  ResourceManagerService,
  ResourcesService,
  ResourceTypesService,
  TicketsService,
] as const;

export interface Limit {
  /** The field that has the limit, with its message, without the package. */
  readonly field: string;
  readonly method: DescMethod;
  /** A request that is fine but for the value, which the field gets. */
  readonly request: (value: never) => object;
  /** Where the field is in that request, in the names of the protocol. */
  readonly path: string;
  /** At the limit, by what it is. */
  readonly fine: Values;
  /** One past the limit. */
  readonly refused: Values;
}

/** Values by what they are. */
type Values = Readonly<Record<string, unknown>>;

const text = (bytes: number) => 'x'.repeat(bytes);

/** Text of 1 to `max` bytes; an umlaut has two. */
const required = (max: number) => ({
  fine: { '1 byte': 'x', [`${max} bytes`]: text(max), [`${max} bytes in ${max / 2} characters`]: 'ü'.repeat(max / 2) },
  refused: {
    nothing: '',
    [`${max + 1} bytes`]: text(max + 1),
    'too many bytes in few characters': `x${'ü'.repeat(max / 2)}`,
  },
});

const optional = (max: number) => ({
  fine: { nothing: '', [`${max} bytes`]: text(max) },
  refused: { [`${max + 1} bytes`]: text(max + 1), 'too many bytes in few characters': `x${'ü'.repeat(max / 2)}` },
});

const upTo = (max: number) => ({
  fine: { 0: 0, [max]: max },
  refused: { [max + 1]: max + 1, 'the largest number': 2 ** 32 - 1 },
});

/** The numbers of an enum from 0 on. */
const upToValue = (last: number) => ({ fine: { 0: 0, [last]: last }, refused: { [last + 1]: last + 1, '-1': -1 } });

const present = (value: object) => ({ fine: { 'a message': value }, refused: { nothing: undefined } });

const resourceId = { resourceType: 'type', resource: 'resource' };
const resource = { id: resourceId };
const entitlement = { id: 'entitlement', resource };
const grant = { id: 'grant', entitlement, principal: resource };
const entitlementRequest = (change: object) => ({ entitlement: { ...entitlement, ...change }, principal: resource });
const typeRequest = (change: object) => entitlementRequest({ grantableTo: [{ id: 'type', ...change }] });
const accountWith = (options: object) => ({ credentialOptions: { options } });
const issueWith = (change: object) => ({ identityId: resourceId, requestId: 'id', ...change });
const profileWith = (profile: object) =>
  issueWith({ credentialOptions: { options: { case: 'keypair', value: { profile: { kty: 'RSA', ...profile } } } } });

const pageTokenMaxBytes = 1_048_576;

/** What the five list calls of a sync have in common. */
function paged(message: string, method: DescMethod, rest: object): Limit[] {
  return [
    {
      field: `${message}.page_size`,
      path: 'page_size',
      method,
      request: (pageSize) => ({ ...rest, pageSize }),
      ...upTo(250),
    },
    {
      field: `${message}.page_token`,
      path: 'page_token',
      method,
      request: (pageToken) => ({ ...rest, pageToken }),
      ...optional(pageTokenMaxBytes),
    },
    syncId(message, method, rest),
  ];
}

function syncId(message: string, method: DescMethod, rest: object): Limit {
  return {
    field: `${message}.active_sync_id`,
    path: 'active_sync_id',
    method,
    request: (activeSyncId) => ({ ...rest, activeSyncId }),
    ...optional(1024),
  };
}

const { listResources } = ResourcesService.method;
const { listEntitlements, listStaticEntitlements } = EntitlementsService.method;
const { listGrants } = GrantsService.method;
const { grant: grantMethod, revoke } = GrantManagerService.method;
const { createAccount } = AccountManagerService.method;
const { issueCredential } = CredentialManagerService.method;
const { getResource } = ResourceGetterService.method;
const { listEvents } = EventService.method;
const { listTicketSchemas } = TicketsService.method;

export const limits: readonly Limit[] = [
  ...paged('ResourceTypesServiceListResourceTypesRequest', ResourceTypesService.method.listResourceTypes, {}),
  ...paged('ResourcesServiceListResourcesRequest', listResources, { resourceTypeId: 'type' }),
  ...paged('EntitlementsServiceListEntitlementsRequest', listEntitlements, { resource }),
  ...paged('EntitlementsServiceListStaticEntitlementsRequest', listStaticEntitlements, { resourceTypeId: 'type' }),
  ...paged('GrantsServiceListGrantsRequest', listGrants, { resource }),
  syncId('ResourceGetterServiceGetResourceRequest', getResource, { resourceId }),
  syncId('ConnectorServiceCleanupRequest', ConnectorService.method.cleanup, {}),
  {
    field: 'ResourcesServiceListResourcesRequest.resource_type_id',
    path: 'resource_type_id',
    method: listResources,
    request: (resourceTypeId) => ({ resourceTypeId }),
    ...required(1024),
  },
  {
    field: 'EntitlementsServiceListStaticEntitlementsRequest.resource_type_id',
    path: 'resource_type_id',
    method: listStaticEntitlements,
    request: (resourceTypeId) => ({ resourceTypeId }),
    ...required(1024),
  },
  {
    field: 'GrantsServiceListGrantsRequest.resource',
    path: 'resource',
    method: listGrants,
    request: (value) => ({ resource: value }),
    ...present(resource),
  },

  // Messages within requests: each once, wherever it is.
  {
    field: 'ResourceId.resource_type',
    path: 'resource.id.resource_type',
    method: listGrants,
    request: (resourceType) => ({ resource: { id: { ...resourceId, resourceType } } }),
    ...required(1024),
  },
  {
    field: 'ResourceId.resource',
    path: 'resource_id.resource',
    method: getResource,
    request: (value) => ({ resourceId: { ...resourceId, resource: value } }),
    ...required(1024),
  },
  {
    field: 'Resource.display_name',
    path: 'resource.display_name',
    method: listGrants,
    request: (displayName) => ({ resource: { ...resource, displayName } }),
    ...optional(1024),
  },
  {
    field: 'Resource.description',
    path: 'resource.description',
    method: listGrants,
    request: (description) => ({ resource: { ...resource, description } }),
    ...optional(2048),
  },
  {
    field: 'Status.status',
    path: 'resource.status.status',
    method: listGrants,
    request: (value) => ({ resource: { ...resource, status: { status: value } } }),
    ...upToValue(3),
  },
  {
    field: 'Status.details',
    path: 'resource.status.details',
    method: listGrants,
    request: (details) => ({ resource: { ...resource, status: { details } } }),
    ...optional(1024),
  },
  {
    field: 'AssetRef.id',
    path: 'asset.id',
    method: AssetService.method.getAsset,
    request: (id) => ({ asset: { id } }),
    ...required(1024),
  },
  {
    field: 'AssetServiceGetAssetRequest.asset',
    path: 'asset',
    method: AssetService.method.getAsset,
    request: (asset) => ({ asset }),
    ...present({ id: 'asset' }),
  },
  {
    field: 'Entitlement.id',
    path: 'entitlement.id',
    method: grantMethod,
    request: (id) => entitlementRequest({ id }),
    ...required(1024),
  },
  {
    field: 'Entitlement.resource',
    path: 'entitlement.resource',
    method: grantMethod,
    request: (value) => entitlementRequest({ resource: value }),
    ...present(resource),
  },
  {
    field: 'Entitlement.display_name',
    path: 'entitlement.display_name',
    method: grantMethod,
    request: (displayName) => entitlementRequest({ displayName }),
    ...optional(1024),
  },
  {
    field: 'Entitlement.description',
    path: 'entitlement.description',
    method: grantMethod,
    request: (description) => entitlementRequest({ description }),
    ...optional(2048),
  },
  {
    field: 'Entitlement.purpose',
    path: 'entitlement.purpose',
    method: grantMethod,
    request: (purpose) => entitlementRequest({ purpose }),
    ...upToValue(3),
  },
  {
    field: 'ResourceType.id',
    path: 'entitlement.grantable_to[0].id',
    method: grantMethod,
    request: (id) => typeRequest({ id }),
    ...required(1024),
  },
  {
    field: 'ResourceType.display_name',
    path: 'entitlement.grantable_to[0].display_name',
    method: grantMethod,
    request: (displayName) => typeRequest({ displayName }),
    ...optional(1024),
  },
  {
    field: 'ResourceType.description',
    path: 'entitlement.grantable_to[0].description',
    method: grantMethod,
    request: (description) => typeRequest({ description }),
    ...optional(4096),
  },
  {
    field: 'ResourceType.traits',
    path: 'entitlement.grantable_to[0].traits',
    method: grantMethod,
    request: (traits) => typeRequest({ traits }),
    fine: { none: [], 'two traits': [1, 2] },
    refused: { 'a trait twice': [1, 1] },
  },
  {
    field: 'ResourceType.traits',
    path: 'entitlement.grantable_to[0].traits[1]',
    method: grantMethod,
    request: (traits) => typeRequest({ traits }),
    fine: {},
    refused: { 'a trait that there is not': [1, 999] },
  },
  {
    field: 'GrantManagerServiceGrantRequest.entitlement',
    path: 'entitlement',
    method: grantMethod,
    request: (value) => ({ entitlement: value, principal: resource }),
    ...present(entitlement),
  },
  {
    field: 'GrantManagerServiceGrantRequest.principal',
    path: 'principal',
    method: grantMethod,
    request: (principal) => ({ entitlement, principal }),
    ...present(resource),
  },
  {
    field: 'GrantManagerServiceRevokeRequest.grant',
    path: 'grant',
    method: revoke,
    request: (value) => ({ grant: value }),
    ...present(grant),
  },
  {
    field: 'Grant.id',
    path: 'grant.id',
    method: revoke,
    request: (id) => ({ grant: { ...grant, id } }),
    ...required(1024),
  },
  {
    field: 'Grant.entitlement',
    path: 'grant.entitlement',
    method: revoke,
    request: (value) => ({ grant: { ...grant, entitlement: value } }),
    ...present(entitlement),
  },
  {
    field: 'Grant.principal',
    path: 'grant.principal',
    method: revoke,
    request: (principal) => ({ grant: { ...grant, principal } }),
    ...present(resource),
  },

  {
    field: 'CreateAccountRequest.resource_type_id',
    path: 'resource_type_id',
    method: createAccount,
    request: (resourceTypeId) => ({ resourceTypeId }),
    ...optional(1024),
  },
  {
    field: 'AccountInfo.Email.address',
    path: 'account_info.emails[0].address',
    method: createAccount,
    request: (address) => ({ accountInfo: { emails: [{ address }] } }),
    fine: { 'an address': 'a@b.test' },
    refused: { nothing: '', 'no address': 'a at b' },
  },
  {
    field: 'CredentialOptions.RandomPassword.length',
    path: 'credential_options.random_password.length',
    method: createAccount,
    request: (length) => accountWith({ case: 'randomPassword', value: { length } }),
    fine: { 8: 8n, 64: 64n },
    refused: { 7: 7n, 65: 65n, 0: 0n },
  },
  {
    field: 'CredentialOptions.EncryptedPassword.encrypted_passwords',
    path: 'credential_options.encrypted_password.encrypted_passwords',
    method: createAccount,
    request: (encryptedPasswords) => accountWith({ case: 'encryptedPassword', value: { encryptedPasswords } }),
    fine: { one: [{}] },
    refused: { none: [] },
  },
  {
    field: 'EncryptionConfig.AgeRecipientConfig.recipient',
    path: 'encryption_configs[0].age_recipient_config.recipient',
    method: createAccount,
    request: (recipient) => ({ encryptionConfigs: [{ config: { case: 'ageRecipientConfig', value: { recipient } } }] }),
    ...required(4096),
  },
  {
    field: 'IssueCredentialRequest.request_id',
    path: 'request_id',
    method: issueCredential,
    request: (requestId) => issueWith({ requestId }),
    fine: { '1 byte': 'a', '128 bytes': text(128), 'all that may be in it': 'aZ09_-' },
    refused: { nothing: '', '129 bytes': text(129), 'a space': 'a b', 'a line after it': 'a\n' },
  },
  {
    field: 'KeyGenerationProfile.kty',
    path: 'credential_options.keypair.profile.kty',
    method: issueCredential,
    request: (kty) => profileWith({ kty }),
    ...required(32),
  },
  {
    field: 'KeyGenerationProfile.crv',
    path: 'credential_options.keypair.profile.crv',
    method: issueCredential,
    request: (crv) => profileWith({ parameters: { case: 'crv', value: crv } }),
    ...optional(64),
  },

  {
    field: 'InvokeActionRequest.inline_wait',
    path: 'inline_wait',
    method: ActionService.method.invokeAction,
    request: (inlineWait) => ({ inlineWait }),
    fine: { '0 s': { seconds: 0n }, 'a day': { seconds: 86_400n } },
    refused: {
      'a day and a nanosecond': { seconds: 86_400n, nanos: 1 },
      'a nanosecond less than nothing': { nanos: -1 },
    },
  },
  {
    field: 'TicketsServiceListTicketSchemasRequest.page_size',
    path: 'page_size',
    method: listTicketSchemas,
    request: (pageSize) => ({ pageSize }),
    ...upTo(250),
  },
  {
    field: 'TicketsServiceListTicketSchemasRequest.page_token',
    path: 'page_token',
    method: listTicketSchemas,
    request: (pageToken) => ({ pageToken }),
    ...optional(4096),
  },
  {
    field: 'ListEventsRequest.page_size',
    path: 'page_size',
    method: listEvents,
    request: (pageSize) => ({ pageSize }),
    ...upTo(1000),
  },
  {
    field: 'ListEventsRequest.cursor',
    path: 'cursor',
    method: listEvents,
    request: (cursor) => ({ cursor }),
    ...optional(4096),
  },
  {
    field: 'ListEventsRequest.event_feed_id',
    path: 'event_feed_id',
    method: listEvents,
    request: (eventFeedId) => ({ eventFeedId }),
    ...optional(1024),
  },
];

/** No limit: requests that a handler has to judge, and no rule. */
export const judgedByHandlers: readonly (readonly [title: string, method: DescMethod, request: object])[] = [
  ['ListEntitlements without a resource', listEntitlements, {}],
  ['GetResource without an id', getResource, {}],
  ['DeleteResource without an id', ResourceManagerService.method.deleteResource, {}],
  ['DeleteResourceV2 without an id', ResourceDeleterService.method.deleteResourceV2, {}],
  ['RotateCredential without an id', CredentialManagerService.method.rotateCredential, {}],
];
