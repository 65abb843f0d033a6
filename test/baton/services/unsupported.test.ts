// What a connector without the optional parts answers, compared by code and text with what the Go SDK answers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code, ConnectError, createClient, createRouterTransport } from '@connectrpc/connect';
import { ActionService } from '#gen/c1/connector/v2/action_pb.js';
import { AssetService } from '#gen/c1/connector/v2/asset_pb.js';
import { EventService } from '#gen/c1/connector/v2/event_feed_pb.js';
import { GrantManagerService } from '#gen/c1/connector/v2/grant_pb.js';
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceDeleterService,
  ResourceManagerService,
} from '#gen/c1/connector/v2/resource_pb.js';
import { TicketsService } from '#gen/c1/connector/v2/ticket_pb.js';
import {
  type ConnectorServicesOptions,
  createConnectorServices,
} from '../../../src/baton/services/connector-services.ts';
import { createLibrary } from '../library-connector.ts';

function transportOf(options: ConnectorServicesOptions) {
  const services = createConnectorServices(createLibrary().connector, options);
  return createRouterTransport((router) => {
    for (const { desc, implementation } of services) {
      router.service(desc, implementation);
    }
  });
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'OK';
  } catch (error) {
    return `${Code[ConnectError.from(error).code]}: ${ConnectError.from(error).rawMessage}`;
  }
}

const id = { resourceType: 'book', resource: 'b1' };
const entitlement = { id: 'book:b1:borrowed', resource: { id } };
const principal = { id: { resourceType: 'reader', resource: 'r1' } };

function changingCalls(options: ConnectorServicesOptions): Record<string, Promise<unknown>> {
  const transport = transportOf(options);
  return {
    grant: createClient(GrantManagerService, transport).grant({ entitlement, principal }),
    revoke: createClient(GrantManagerService, transport).revoke({ grant: { id: 'g', entitlement, principal } }),
    createResource: createClient(ResourceManagerService, transport).createResource({ resource: { id } }),
    deleteResource: createClient(ResourceManagerService, transport).deleteResource({ resourceId: id }),
    deleteResourceV2: createClient(ResourceDeleterService, transport).deleteResourceV2({ resourceId: id }),
    createAccount: createClient(AccountManagerService, transport).createAccount({}),
    rotateCredential: createClient(CredentialManagerService, transport).rotateCredential({ resourceId: id }),
    issueCredential: createClient(CredentialManagerService, transport).issueCredential({ identityId: id }),
  };
}

test('changes are FAILED_PRECONDITION while provisioning is not enabled', async () => {
  for (const [name, call] of Object.entries(changingCalls({ provisioning: false, ticketing: false }))) {
    assert.equal(
      await codeOf(call),
      'FailedPrecondition: provisioning is not enabled: start the connector with --provisioning (BATON_PROVISIONING=true) to permit changes',
      name,
    );
  }
});

test('changes that the connector does not support are UNIMPLEMENTED while provisioning is enabled', async () => {
  const texts = {
    grant: 'resource type book does not have provisioner configured',
    revoke: 'resource type book does not have provisioner configured',
    createResource: 'resource type book does not have resource Create() configured',
    deleteResource: 'resource type book does not have resource Delete() configured',
    deleteResourceV2: 'resource type book does not have resource Delete() configured',
    createAccount: 'connector does not have account manager configured',
    rotateCredential: 'resource type does not have credential manager configured',
    issueCredential: 'resource type does not have credential issuer configured',
  };
  const answers: Record<string, string> = {};
  for (const [name, call] of Object.entries(changingCalls({ provisioning: true, ticketing: false }))) {
    answers[name] = await codeOf(call);
  }
  assert.deepEqual(
    answers,
    Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, `Unimplemented: ${text}`])),
  );
});

test('tickets are UNKNOWN while ticketing is not enabled, UNIMPLEMENTED while it is', async () => {
  const off = createClient(TicketsService, transportOf({ provisioning: false, ticketing: false }));
  const on = createClient(TicketsService, transportOf({ provisioning: false, ticketing: true }));
  assert.equal(await codeOf(off.getTicket({})), 'Unknown: ticketing is not enabled');
  assert.equal(await codeOf(on.bulkGetTickets({})), 'Unimplemented: ticket manager not implemented');
});

test('a connector without actions lists none and finds none', async () => {
  const actions = createClient(ActionService, transportOf({ provisioning: false, ticketing: false }));
  assert.deepEqual((await actions.listActionSchemas({})).schemas, []);
  assert.equal(await codeOf(actions.invokeAction({ name: 'x' })), 'NotFound: action "x" not found');
  assert.equal(await codeOf(actions.getActionSchema({ name: 'x' })), 'NotFound: action "x" not found');
  assert.equal(await codeOf(actions.getActionStatus({ id: 'y' })), 'NotFound: action id "y" not found');
});

test('a connector without event feeds lists none, and an empty feed id means the legacy feed', async () => {
  const events = createClient(EventService, transportOf({ provisioning: false, ticketing: false }));
  assert.deepEqual((await events.listEventFeeds({})).list, []);
  assert.equal(await codeOf(events.listEvents({})), 'NotFound: event feed baton_feed_event not found');
});

test('an asset stream ends empty and OK', async () => {
  const assets = createClient(AssetService, transportOf({ provisioning: false, ticketing: false }));
  const answers = [];
  for await (const answer of assets.getAsset({})) {
    answers.push(answer);
  }
  assert.deepEqual(answers, []);
});
