import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyIs } from '@bufbuild/protobuf/wkt';
import { TypeScopedEntitlementsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_entitlements_pb.js';
import { ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import { EntitlementsService } from '#gen/c1/connector/v2/entitlement_pb.js';
import { GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import { ResourcesService } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../../../../src/baton/author/service-error.ts';
import { assertFailed, judgeAddress, judgeServices, resultOf, testFault } from '../judge-connector.ts';
import { serveLaxly } from '../lax-server.ts';
import { changeService } from '../plant-fault.ts';
import { createFullServices } from '../sound-connector.ts';

test('another server than ours, which checks requests, passes', async (t) => {
  assertFailed(await judgeAddress(t, await serveLaxly(t, createFullServices())), {});
});

test('page-size-limit: a server that takes any page size', async (t) => {
  const address = await serveLaxly(t, createFullServices(), (request) => {
    if (request.$typeName.includes('ServiceList') && !request.$typeName.includes('Ticket')) {
      request.pageSize = 0;
    }
  });
  assertFailed(await judgeAddress(t, address), {
    'page-size-limit': /ListResourceTypes \{"pageSize":251\} succeeded; it must fail with INVALID_ARGUMENT/,
  });
});

test('page-token-limit: a server that takes page tokens of any length', async (t) => {
  const services = changeService(createFullServices(), ResourcesService, ({ listResources }) => ({
    listResources: (request, context) =>
      listResources(request.pageToken.length > 1024 * 1024 ? { ...request, pageToken: '' } : request, context),
  }));
  const address = await serveLaxly(t, services, (request) => {
    if (request.$typeName.includes('ListResourcesRequest')) {
      request.pageToken = '';
    }
  });
  assertFailed(await judgeAddress(t, address), {
    'page-token-limit': /ListResources \{.*"pageToken":"x+… \(1048577 bytes\)"\} succeeded/,
  });
});

test('id-limit: a server that takes ids of any length', async (t) => {
  const address = await serveLaxly(t, createFullServices(), (request) => {
    if (request.$typeName.includes('ListGrantsRequest')) {
      const { resource } = request as unknown as { resource?: { id?: { resource: string } } };
      if (resource?.id) {
        resource.id.resource ||= 'id';
      }
    }
  });
  assertFailed(await judgeAddress(t, address), {
    'id-limit': /ListGrants \{"resource":"reader "\} succeeded; it must fail with INVALID_ARGUMENT/,
  });
});

test('id-limit: a server that takes an empty resource type for one that does not exist', async (t) => {
  const address = await serveLaxly(t, createFullServices(), (request) => {
    if (request.$typeName.includes('ListStaticEntitlements')) {
      request.resourceTypeId = 'type';
    }
  });
  assertFailed(await judgeAddress(t, address), {
    'id-limit': /ListStaticEntitlements \{\} failed with NOT_FOUND: .*; expected INVALID_ARGUMENT/,
  });
});

test('sync-id-limit: a server that takes sync ids of any length', async (t) => {
  const address = await serveLaxly(t, createFullServices(), (request) => {
    if (request.$typeName.includes('Cleanup')) {
      request.activeSyncId = '';
    }
  });
  assertFailed(await judgeAddress(t, address), { 'sync-id-limit': /Cleanup \{"activeSyncId":"x+… \(1025 bytes\)"\}/ });
});

testFault(
  'resource-required: the entitlements of nothing',
  { 'resource-required': /ListEntitlements \{\} succeeded/ },
  () =>
    changeService(createFullServices(), EntitlementsService, ({ listEntitlements }) => ({
      listEntitlements: async (request, context) => (request.resource ? await listEntitlements(request, context) : {}),
    })),
);

testFault(
  'unknown-type-not-found: nothing is listed of a type that does not exist',
  {
    'unknown-type-not-found':
      /ListGrants \{"resource":"baton-harness-no-such-thing .* succeeded; it must fail with NOT_FOUND/,
  },
  () =>
    changeService(createFullServices(), GrantsService, ({ listGrants }) => ({
      listGrants: (request, context) =>
        request.resource?.id?.resourceType === 'baton-harness-no-such-thing' ? {} : listGrants(request, context),
    })),
);
testFault(
  'unknown-type-not-found: a type that does not exist is an invalid argument',
  { 'unknown-type-not-found': /ListResources .* failed with INVALID_ARGUMENT: planted; expected NOT_FOUND/ },
  () =>
    changeService(createFullServices(), ResourcesService, ({ listResources }) => ({
      listResources: (request, context) => {
        if (request.resourceTypeId === 'baton-harness-no-such-thing') {
          throw new ServiceError(Code.InvalidArgument, 'planted', { reason: 'planted' });
        }
        return listResources(request, context);
      },
    })),
);

testFault(
  'type-scope-refused: entitlements of all books, which are listed for each',
  {
    'type-scope-refused':
      /ListEntitlements \{"resource":"book book","annotations":\["TypeScopedEntitlements"\]\} succeeded/,
  },
  () =>
    changeService(createFullServices(), EntitlementsService, ({ listEntitlements }) => ({
      listEntitlements: (request, context) =>
        request.resource?.id?.resourceType === 'book' &&
        request.annotations.some((any) => anyIs(any, TypeScopedEntitlementsSchema))
          ? {}
          : listEntitlements(request, context),
    })),
);

test('what the SDK came to refuse of late is not asked of a connector that is built on an earlier one', async (t) => {
  const early = changeService(createFullServices(), ConnectorService, () => ({
    validate: () => ({ sdkVersion: 'v0.24.5' }),
  }));
  const services = changeService(early, EntitlementsService, ({ listEntitlements }) => ({
    listEntitlements: (request, context) => {
      if (!request.resource) {
        throw new ServiceError(Code.NotFound, 'no such type', { reason: 'planted' });
      }
      return request.annotations.length > 0 && request.resource.id?.resourceType !== 'club'
        ? {}
        : listEntitlements(request, context);
    },
  }));
  const report = await judgeServices(t, services);
  assertFailed(report, {});
  for (const id of ['resource-required', 'type-scope-refused']) {
    assert.equal(
      resultOf(report, id).detail,
      'the connector claims baton-sdk 0.24.5; this is required from v0.25.0 on',
    );
  }
});

test('a connector that is built on the SDK of the contract is asked for all of it: its version lags behind', async (t) => {
  const services = changeService(createFullServices(), ConnectorService, () => ({
    validate: () => ({ sdkVersion: 'v0.24.6' }),
  }));
  const report = await judgeServices(t, services);
  assertFailed(report, {});
  assert.equal(resultOf(report, 'resource-required').outcome, 'passed');
});
