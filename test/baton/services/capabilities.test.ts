import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import { z } from 'zod';
import {
  Capability,
  CapabilityDetailCredentialOption,
  CapabilityPermissionsSchema,
  DeprecatedSchema,
  OptInRequiredSchema,
  SkipSyncAnomalyDetectionSchema,
} from '#gen/c1/connector/v2/connector_pb.js';
import { ResourceTypeSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { action } from '../../../src/baton/author/action.ts';
import { type ResourceSyncer, singlePage } from '../../../src/baton/author/connector.ts';
import { eventFeed } from '../../../src/baton/author/event-feed.ts';
import type {
  AccountManager,
  CredentialKind,
  CredentialManager,
  Provisioner,
} from '../../../src/baton/author/provisioner.ts';
import { deriveCapabilities } from '../../../src/baton/services/capabilities.ts';
import { createChangingLibrary } from './changing-library.ts';

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

test('a resource type can what its author implemented, in the order of the Go SDK, and the connector all of it', () => {
  const unused = async () => assert.fail();
  const accounts: AccountManager = { schema: {}, credentialOptions: ['no-password'], create: unused };
  const credentials: CredentialManager = { credentialOptions: ['random-password'], rotate: unused };
  const provisioner: Provisioner = { grant: unused, revoke: unused };
  const { resourceTypeCapabilities, connectorCapabilities } = deriveCapabilities({
    metadata: {},
    resourceTypes: [
      syncer('all', [], { credentials, create: unused, delete: unused, accounts, provisioner, get: unused }),
      syncer('deletable', [], { delete: unused }),
      syncer('immutable', [], { immutableBecause: 'It is.' }),
    ],
    actions: [action({ name: 'greet' }, z.object({}), unused)],
    eventFeeds: [eventFeed({ id: 'loans' }, z.number(), unused)],
  });
  assert.deepEqual(
    resourceTypeCapabilities.map(({ capabilities }) => capabilities.map((capability) => Capability[capability])),
    [
      [
        'SYNC',
        'TARGETED_SYNC',
        'PROVISION',
        'ACCOUNT_PROVISIONING',
        'RESOURCE_DELETE',
        'RESOURCE_CREATE',
        'CREDENTIAL_ROTATION',
      ],
      ['SYNC', 'RESOURCE_DELETE'],
      ['SYNC'],
    ],
  );
  assert.deepEqual(
    connectorCapabilities.map((capability) => Capability[capability]),
    [
      'PROVISION',
      'SYNC',
      'ACCOUNT_PROVISIONING',
      'CREDENTIAL_ROTATION',
      'RESOURCE_CREATE',
      'RESOURCE_DELETE',
      'ACTIONS',
      'TARGETED_SYNC',
      'EVENT_FEED_V2',
      'SERVICE_MODE_TARGETED_SYNC',
    ],
  );
  assert.deepEqual(
    connectorCapabilities,
    [...connectorCapabilities].sort((a, b) => a - b),
  );
});

test('the ways to get a credential are told, the preferred one by name', () => {
  const { NO_PASSWORD, RANDOM_PASSWORD, SSO, ENCRYPTED_PASSWORD } = CapabilityDetailCredentialOption;
  const { connector } = createChangingLibrary({
    credentialOptions: ['sso', 'no-password', 'random-password', 'encrypted-password'],
  });
  const { credentialDetails } = deriveCapabilities(connector);
  const { capabilityAccountProvisioning: accounts, capabilityCredentialRotation: rotation } = credentialDetails ?? {};
  assert.deepEqual(
    [accounts?.preferredCredentialOption, accounts?.supportedCredentialOptions],
    [SSO, [SSO, NO_PASSWORD, RANDOM_PASSWORD, ENCRYPTED_PASSWORD]],
  );
  assert.deepEqual(
    [rotation?.preferredCredentialOption, rotation?.supportedCredentialOptions],
    [RANDOM_PASSWORD, [RANDOM_PASSWORD, ENCRYPTED_PASSWORD]],
  );
});

test('among several types of accounts, those of user are told, or else those of the first by id', () => {
  const accountsOf = (id: string, kind: CredentialKind) =>
    syncer(id, [], { accounts: { schema: {}, credentialOptions: [kind], create: async () => assert.fail() } });
  const preferred = (...resourceTypes: ResourceSyncer[]) =>
    deriveCapabilities({ metadata: {}, resourceTypes }).credentialDetails?.capabilityAccountProvisioning
      ?.preferredCredentialOption;
  const [user, staff, guest] = [
    accountsOf('user', 'sso'),
    accountsOf('staff', 'no-password'),
    accountsOf('guest', 'random-password'),
  ];
  assert.equal(preferred(staff, user, guest), CapabilityDetailCredentialOption.SSO);
  assert.equal(preferred(staff, guest), CapabilityDetailCredentialOption.RANDOM_PASSWORD);
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
