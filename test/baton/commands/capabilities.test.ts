import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import {
  ChildResourceTypeSchema,
  SkipEntitlementsAndGrantsSchema,
} from '#gen/c1/connector/v2/annotation_resource_tree_pb.js';
import { ResourceType_Trait, ResourceTypeSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { singlePage } from '../../../src/baton/author/connector.ts';
import { capabilitiesCommand } from '../../../src/baton/commands/capabilities.ts';
import { stringField } from '../../../src/baton/config/create-field.ts';
import { runAndCollect } from '../command-line/run-and-collect.ts';

const list = singlePage<never, object>(async () => []);
const reader = create(ResourceTypeSchema, {
  id: 'reader',
  displayName: 'Reader',
  traits: [ResourceType_Trait.USER],
  annotations: [
    anyPack(SkipEntitlementsAndGrantsSchema, create(SkipEntitlementsAndGrantsSchema)),
    anyPack(ChildResourceTypeSchema, create(ChildResourceTypeSchema, { resourceTypeId: 'card' })),
  ],
});
const book = create(ResourceTypeSchema, { id: 'book', displayName: 'Book' });

test('capabilities prints what a connector can do, without settings, and closes it', async () => {
  let closed = 0;
  const { exitCode, stdout, stderr } = await runAndCollect(
    {
      name: 'baton-library',
      version: '1.2.3',
      fields: [stringField({ name: 'library-card', description: 'The card', required: true })],
      connector: () => ({
        metadata: {},
        resourceTypes: [
          { type: reader, list },
          { type: book, list, get: async () => undefined },
        ],
        close: async () => {
          closed += 1;
        },
      }),
    },
    { default: capabilitiesCommand, named: [capabilitiesCommand] },
    { argv: ['capabilities'] },
  );
  assert.deepEqual([exitCode, closed, stderr], [0, 1, '']);
  assert.equal(
    stdout,
    `{
  "@type": "type.googleapis.com/c1.connector.v2.ConnectorCapabilities",
  "resourceTypeCapabilities": [
    {
      "resourceType": {
        "id": "book",
        "displayName": "Book"
      },
      "capabilities": [
        "CAPABILITY_SYNC",
        "CAPABILITY_TARGETED_SYNC"
      ],
      "permissions": {}
    },
    {
      "resourceType": {
        "id": "reader",
        "displayName": "Reader",
        "traits": [
          "TRAIT_USER"
        ],
        "annotations": [
          {
            "@type": "type.googleapis.com/c1.connector.v2.SkipEntitlementsAndGrants"
          },
          {
            "@type": "type.googleapis.com/c1.connector.v2.ChildResourceType",
            "resourceTypeId": "card"
          }
        ]
      },
      "capabilities": [
        "CAPABILITY_SYNC"
      ],
      "permissions": {}
    }
  ],
  "connectorCapabilities": [
    "CAPABILITY_SYNC",
    "CAPABILITY_TARGETED_SYNC",
    "CAPABILITY_SERVICE_MODE_TARGETED_SYNC"
  ],
  "credentialDetails": {}
}`,
  );
});
