import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import {
  Capability,
  CapabilityPermissionsSchema,
  DeprecatedSchema,
  OptInRequiredSchema,
  SkipSyncAnomalyDetectionSchema,
} from '#gen/c1/connector/v2/connector_pb.js';
import { ResourceTypeSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { type ResourceSyncer, singlePage } from '../../../src/baton/connector.ts';
import { deriveCapabilities } from '../../../src/baton/services/capabilities.ts';

function syncer(id: string, annotations: Any[] = [], parts: Partial<ResourceSyncer> = {}): ResourceSyncer {
  return { type: create(ResourceTypeSchema, { id, annotations }), list: singlePage(async () => []), ...parts };
}

function pack<Desc extends DescMessage>(desc: Desc, init?: MessageInitShape<Desc>): Any {
  return anyPack(desc, create(desc, init));
}

test('a resource type can be synced, and targeted where it has a get', () => {
  const { SYNC, TARGETED_SYNC, SERVICE_MODE_TARGETED_SYNC } = Capability;
  const get = async () => undefined;
  const { resourceTypeCapabilities, connectorCapabilities } = deriveCapabilities({
    metadata: {},
    resourceTypes: [syncer('reader'), syncer('book', [], { get }), syncer('Zine')],
  });
  assert.deepEqual(
    resourceTypeCapabilities.map(({ resourceType, capabilities }) => [resourceType?.id, capabilities]),
    [
      ['Zine', [SYNC]],
      ['book', [SYNC, TARGETED_SYNC]],
      ['reader', [SYNC]],
    ],
  );
  assert.deepEqual(connectorCapabilities, [SYNC, TARGETED_SYNC, SERVICE_MODE_TARGETED_SYNC]);
});

test('annotations of a resource type tell of its permissions and of how it is to be treated', () => {
  const annotations = [
    pack(CapabilityPermissionsSchema, { permissions: [{ permission: 'books.read' }] }),
    pack(OptInRequiredSchema),
    pack(SkipSyncAnomalyDetectionSchema),
    pack(DeprecatedSchema),
  ];
  const { resourceTypeCapabilities } = deriveCapabilities({
    metadata: {},
    resourceTypes: [syncer('book', annotations), syncer('reader')],
  });
  const told = resourceTypeCapabilities.map((type) => [
    type.permissions?.permissions.map(({ permission }) => permission),
    type.optInRequired,
    type.skipSyncAnomalyDetection,
    type.deprecated,
  ]);
  assert.deepEqual(told, [
    [['books.read'], true, true, true],
    [[], false, false, false],
  ]);
});

test('a connector without resource types can do nothing', () => {
  const { connectorCapabilities, credentialDetails } = deriveCapabilities({ metadata: {}, resourceTypes: [] });
  assert.deepEqual([connectorCapabilities, credentialDetails !== undefined], [[], true]);
});
