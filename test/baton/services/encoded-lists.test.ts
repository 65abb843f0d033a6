// The gRPC server sends lists as bytes and the others as messages: all must say the same.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { create, type DescMessage, type MessageShape, toJson } from '@bufbuild/protobuf';
import { createClient, createContextValues, type Transport } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { pino } from 'pino';
import { EntitlementExclusionGroupSchema } from '#gen/c1/connector/v2/annotation_exclusion_group_pb.js';
import { RateLimitDescriptionSchema } from '#gen/c1/connector/v2/annotation_ratelimit_pb.js';
import { EntitlementsService } from '#gen/c1/connector/v2/entitlement_pb.js';
import { GrantsService, GrantsServiceListGrantsResponseSchema } from '#gen/c1/connector/v2/grant_pb.js';
import { ResourcesService, ResourcesServiceListResourcesResponseSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { type Connector, singlePage } from '../../../src/baton/author/connector.ts';
import { createInProcessClient } from '../../../src/baton/client/in-process-client.ts';
import { annotationRegistry } from '../../../src/baton/messages/annotation-registry.ts';
import { buildGrant, entitlementStub } from '../../../src/baton/messages/grant.ts';
import { annotation, buildResource, packAnnotations } from '../../../src/baton/messages/resource.ts';
import { startHttpServer } from '../../../src/baton/server/http/http-server.ts';
import { formatListenAddress } from '../../../src/baton/server/listen-address.ts';
import { createConnectorServices } from '../../../src/baton/services/connector-services.ts';
import { bookType, createLibrary } from '../library-connector.ts';
import { startTestServer } from '../server/test-server.ts';

const book = buildResource({ type: bookType, id: 'b0', displayName: 'Book 0' });
const limit = annotation(RateLimitDescriptionSchema, create(RateLimitDescriptionSchema, { limit: 5n }));

/** Books with plain grants, a message with more than a plain one, and an annotation of the page. */
function createMixedLibrary(): Connector {
  const stub = entitlementStub(book, 'borrowed');
  const plain = ['r0', 'r1', 'é1', ''].map((principal) => ({ entitlement: stub, principalType: 'reader', principal }));
  const items = [
    ...plain,
    { ...buildGrant(stub, 'reader', 'r2'), annotations: packAnnotations([limit]) },
    buildGrant(stub, 'club', 'c'),
  ];
  const { resourceTypes, ...connector } = createLibrary({ books: 25 }).connector;
  return {
    ...connector,
    resourceTypes: resourceTypes.map((syncer) =>
      syncer.type.id === 'book'
        ? {
            ...syncer,
            grants: { ...singlePage(async () => items), page: async () => ({ items, annotations: [limit] }) },
          }
        : syncer,
    ),
  };
}

type Ask = (clients: Pick<Transport, 'unary' | 'stream'>, pageSize: number, pageToken: string) => Promise<Answer>;
interface Answer {
  readonly list: readonly unknown[];
  readonly nextPageToken: string;
}

const show = <Desc extends DescMessage>(desc: Desc, message: MessageShape<Desc>) =>
  toJson(desc, message, { registry: annotationRegistry, alwaysEmitImplicit: true }) as unknown as Answer;

const asks: Record<string, Ask> = {
  resources: async (transport, pageSize, pageToken) =>
    show(
      ResourcesServiceListResourcesResponseSchema,
      await createClient(ResourcesService, transport).listResources({ resourceTypeId: 'book', pageSize, pageToken }),
    ),
  grants: async (transport, pageSize, pageToken) =>
    show(
      GrantsServiceListGrantsResponseSchema,
      await createClient(GrantsService, transport).listGrants({ resource: book, pageSize, pageToken }),
    ),
};

async function walk(ask: Ask, transport: Transport, pageSize: number): Promise<Answer[]> {
  const answers: Answer[] = [];
  do {
    answers.push(await ask(transport, pageSize, answers.at(-1)?.nextPageToken ?? ''));
  } while (answers.at(-1)?.nextPageToken);
  return answers;
}

async function start(t: TestContext, connector: Connector) {
  const services = createConnectorServices(connector, { provisioning: false, ticketing: false });
  const { transport: grpc } = await startTestServer(t, services);
  const logger = pino({ level: 'silent' });
  const listen = { host: '127.0.0.1', port: 0 };
  const http = await startHttpServer({ services, listen, logger, drainTimeoutMs: 1000 });
  t.after(() => http.drain());
  const baseUrl = `http://${formatListenAddress(http.address)}`;
  const jsonOptions = { registry: annotationRegistry };
  const json = createConnectTransport({ baseUrl, httpVersion: '1.1', useBinaryFormat: false, jsonOptions });
  return { services, grpc, json, binary: createConnectTransport({ baseUrl, httpVersion: '1.1' }) };
}

for (const [what, ask] of Object.entries(asks)) {
  for (const pageSize of [0, 1, 4]) {
    test(`${what} in pages of ${pageSize} are the same over gRPC, over HTTP as JSON and as bytes`, async (t) => {
      const { grpc, json, binary } = await start(t, createMixedLibrary());
      const expected = await walk(ask, json, pageSize);
      assert.equal(expected.flatMap(({ list }) => list).length, what === 'grants' ? 6 : 25);
      assert.deepEqual(await walk(ask, grpc, pageSize), expected);
      assert.deepEqual(await walk(ask, binary, pageSize), expected);
    });
  }
}

test('grants in the same process are messages, whatever the listing answers', async (t) => {
  const { services, grpc } = await start(t, createMixedLibrary());
  const options = { contextValues: createContextValues(), signal: new AbortController().signal };
  const { list } = await createInProcessClient(GrantsService, services, options).listGrants({ resource: book });
  assert.deepEqual(
    list.map(({ id, principal }) => [id, principal?.id?.resource]),
    ['r0', 'r1', 'é1', '']
      .map((id) => [`book:b0:borrowed:reader:${id}`, id])
      .concat([
        ['book:b0:borrowed:reader:r2', 'r2'],
        ['book:b0:borrowed:club:c', 'c'],
      ]),
  );
  assert.deepEqual((await createClient(GrantsService, grpc).listGrants({ resource: book })).list, list);
});

test('a list without items is empty over gRPC too', async (t) => {
  const { grpc } = await start(t, createLibrary({ readersOfBook: 0 }).connector);
  const answer = await createClient(GrantsService, grpc).listGrants({ resource: book });
  assert.deepEqual([answer.list, answer.nextPageToken], [[], '']);
});

test('an entitlement in two exclusion groups is refused over gRPC too', async (t) => {
  const group = annotation(EntitlementExclusionGroupSchema, create(EntitlementExclusionGroupSchema));
  const { resourceTypes, ...connector } = createLibrary().connector;
  const twice = { ...entitlementStub(book, 'borrowed'), annotations: packAnnotations([group, group]) };
  const withTwo = resourceTypes.map((syncer) => ({ ...syncer, entitlements: singlePage(async () => [twice]) }));
  const { grpc, json } = await start(t, { ...connector, resourceTypes: withTwo });
  for (const transport of [grpc, json]) {
    const call = createClient(EntitlementsService, transport).listEntitlements({ resource: book });
    await assert.rejects(call, /book:b0:borrowed is in more than one exclusion group/);
  }
});
