import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { Code, createClient } from '@connectrpc/connect';
import { GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import { ResourcesService, ResourcesServiceListResourcesRequestSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { BatonService } from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { BadRequestSchema } from '#gen/google/rpc/error_details_pb.js';
import { validateRequest, warmRules } from '../../../src/baton/server/validate-request.ts';
import { serviceEntry } from '../../../src/baton/services/service-entry.ts';
import { failureOf } from './failure-of.ts';
import { startTestServer } from './test-server.ts';

suite('a request that breaks a rule', () => {
  test('gets INVALID_ARGUMENT with the field and the rule, as text and as detail', async (t) => {
    const served: string[] = [];
    const entry = serviceEntry(ResourcesService, {
      listResources: ({ resourceTypeId }) => {
        served.push(resourceTypeId);
        return {};
      },
    });
    const { transport } = await startTestServer(t, [entry]);
    const client = createClient(ResourcesService, transport);
    const error = await failureOf(client.listResources({ resourceTypeId: 'user', pageSize: 251 }));
    assert.equal(error.code, Code.InvalidArgument);
    const message = 'c1.connector.v2.ResourcesServiceListResourcesRequest';
    assert.equal(error.rawMessage, `${message}: page_size: must be less than or equal to 250 (rule uint32.lte)`);
    const [detail] = error.findDetails(BadRequestSchema);
    assert.deepEqual(
      detail?.fieldViolations.map(({ field, description }) => [field, description]),
      [['page_size', 'must be less than or equal to 250 (rule uint32.lte)']],
    );
    assert.deepEqual(served, []);
    await client.listResources({ resourceTypeId: 'user', pageSize: 250 });
    assert.deepEqual(served, ['user']);
  });

  test('names the path of a field inside of other messages', async (t) => {
    const { transport } = await startTestServer(t, [serviceEntry(GrantsService, { listGrants: () => ({}) })]);
    const client = createClient(GrantsService, transport);
    const error = await failureOf(client.listGrants({ resource: { id: { resourceType: 'course' } } }));
    assert.match(error.rawMessage, /: resource\.id\.resource: /);
  });

  test('is found in a stream of requests too', async (t) => {
    const received: unknown[] = [];
    const entry = serviceEntry(BatonService, {
      uploadAsset: async (requests) => {
        for await (const { msg } of requests) {
          received.push(msg.case);
        }
        return {};
      },
    });
    const { transport } = await startTestServer(t, [entry]);
    async function* upload() {
      yield { msg: { case: 'data' as const, value: { data: Buffer.from('fine') } } };
      yield { msg: { case: 'data' as const, value: { data: Buffer.alloc(0) } } };
    }
    const error = await failureOf(createClient(BatonService, transport).uploadAsset(upload()));
    assert.equal(error.code, Code.InvalidArgument);
    assert.match(error.rawMessage, /: data\.data: /);
    assert.deepEqual(received, ['data']);
  });
});

test('warming stops when it is told to', async () => {
  await warmRules([ResourcesServiceListResourcesRequestSchema], AbortSignal.abort());
  await assert.rejects(
    validateRequest(
      ResourcesServiceListResourcesRequestSchema,
      create(ResourcesServiceListResourcesRequestSchema, { resourceTypeId: '' }),
    ),
  );
});
