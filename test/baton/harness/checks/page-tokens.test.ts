import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code } from '@connectrpc/connect';
import { ResourcesService } from '#gen/c1/connector/v2/resource_pb.js';
import { singlePage } from '../../../../src/baton/author/connector.ts';
import { ServiceError } from '../../../../src/baton/author/service-error.ts';
import { createConnection } from '../../../../src/baton/harness/connection.ts';
import { createConnectorServices } from '../../../../src/baton/services/connector-services.ts';
import type { ServiceEntry } from '../../../../src/baton/services/service-entry.ts';
import { assertFailed, judgeAddress, judgeServices, resultOf, serve, testFault } from '../judge-connector.ts';
import { changeService } from '../plant-fault.ts';
import { createFullServices, readers, readerType, soundConnector } from '../sound-connector.ts';
import { startBalancer } from '../start-balancer.ts';

const invalid = () => new ServiceError(Code.InvalidArgument, 'no such page', { reason: 'planted' });

/** Page tokens of the readers mean something to this process alone. */
function rememberTokens(): readonly ServiceEntry[] {
  const remembered = new Map<string, string>();
  return changeService(createFullServices(), ResourcesService, ({ listResources }) => ({
    listResources: async (request, context) => {
      const pageToken = request.pageToken === '' ? '' : remembered.get(request.pageToken);
      if (pageToken === undefined) {
        throw invalid();
      }
      const answer = await listResources({ ...request, pageToken }, context);
      if (!answer.nextPageToken) {
        return answer;
      }
      const handle = `page ${remembered.size} of ${process.hrtime.bigint()}`;
      remembered.set(handle, answer.nextPageToken);
      return { list: answer.list ?? [], nextPageToken: handle };
    },
  }));
}

testFault(
  'page-token-repeatable: a token that can be used once',
  {
    'page-token-repeatable':
      /ListResources .*"reader".*when requested again failed with INVALID_ARGUMENT: no such page/,
  },
  () => {
    const used = new Set<string>();
    return changeService(createFullServices(), ResourcesService, ({ listResources }) => ({
      listResources: async (request, context) => {
        const key = JSON.stringify([request.resourceTypeId, request.activeSyncId, request.pageToken]);
        // Page sizes have tokens of their own, so that only the same request is the same page.
        if (
          request.resourceTypeId === 'reader' &&
          request.pageSize === 0 &&
          request.pageToken !== '' &&
          used.has(key)
        ) {
          throw invalid();
        }
        const isProbe = /./.test(request.pageToken) && request.pageSize === 0;
        if (isProbe) {
          used.add(key);
        }
        return await listResources(request, context);
      },
    }));
  },
);
/** Where in the library's listing a page token leads. */
function offsetOf(pageToken: string): number | undefined {
  const { t } = JSON.parse(Buffer.from(pageToken, 'base64url').toString() || '{}') as { t?: { offset?: number } };
  return t?.offset;
}

testFault(
  'page-token-repeatable: a token that answers ever other pages',
  {
    'page-token-repeatable': /returned 2 items \("reader r2", "reader r3"\) at first, but nothing when requested again/,
  },
  () => {
    let uses = 0;
    return changeService(createFullServices(), ResourcesService, ({ listResources }) => ({
      listResources: async (request, context) => {
        const isMiddle =
          request.resourceTypeId === 'reader' && request.pageSize === 0 && offsetOf(request.pageToken) === 2;
        return isMiddle && ++uses === 4 ? {} : await listResources(request, context);
      },
    }));
  },
);

test('page-token-portable: tokens that one process remembers are found out behind a load balancer', async (t) => {
  const servers = [await serve(t, rememberTokens()), await serve(t, rememberTokens())];
  const report = await judgeAddress(t, await startBalancer(t, servers));
  assertFailed(report, {
    'page-token-portable':
      /ListResources .* over another connection \(127\.0\.0\.1:\d+\) failed with INVALID_ARGUMENT: no such page/,
  });
});

test('page-token-portable: tokens that one process remembers are found out with --replica', async (t) => {
  const replica = await serve(t, rememberTokens());
  const report = await judgeServices(t, rememberTokens(), {
    connectToReplica: () => createConnection(replica, undefined),
  });
  assertFailed(report, { 'page-token-portable': /over another connection/ });
});

test('page-token-portable: tokens that hold all that is needed go on in another process', async (t) => {
  const replica = await serve(t, createFullServices());
  const report = await judgeServices(t, createFullServices(), {
    connectToReplica: () => createConnection(replica, undefined),
  });
  assertFailed(report, {});
});

const onStrangeToken = (answer: 'answer' | Code) => () =>
  changeService(createFullServices(), ResourcesService, ({ listResources }) => ({
    listResources: async (request, context) => {
      if (!/ /.test(request.pageToken)) {
        return await listResources(request, context);
      }
      if (answer === 'answer') {
        return await listResources({ ...request, pageToken: '' }, context);
      }
      throw new ServiceError(answer, 'planted', { reason: 'planted' });
    },
  }));

testFault(
  'page-token-garbage: a token that nobody gave out is taken for the beginning',
  { 'page-token-garbage': /ListResources .*"not a page token .* succeeded/ },
  onStrangeToken('answer'),
);
for (const code of [Code.NotFound, Code.Unavailable] as const) {
  testFault(
    `page-token-garbage: ${Code[code]} is what a sync takes for something else`,
    { 'page-token-garbage': /planted, which means something else to a sync/ },
    onStrangeToken(code),
  );
}
test('page-token-garbage: another refusal than INVALID_ARGUMENT passes, and is told', async (t) => {
  const report = await judgeServices(t, onStrangeToken(Code.Unknown)());
  assertFailed(report, {});
  assert.equal(resultOf(report, 'page-token-garbage').detail, 'rejected with UNKNOWN');
});

test('without page tokens there is nothing to check about them', async (t) => {
  const connector = {
    ...soundConnector,
    resourceTypes: [{ type: readerType, list: singlePage(async () => readers.slice(0, 1)) }],
  };
  const report = await judgeServices(t, createConnectorServices(connector, { provisioning: false, ticketing: false }));
  assertFailed(report, {});
  for (const id of ['page-token-repeatable', 'page-token-portable', 'page-token-garbage']) {
    assert.equal(resultOf(report, id).outcome, 'not applicable');
  }
});
