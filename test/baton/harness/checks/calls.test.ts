import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectError } from '@connectrpc/connect';
import { z } from 'zod';
import { SchemaService } from '#gen/c1/connector/v2/config_pb.js';
import { listing } from '../../../../src/baton/author/connector.ts';
import { Code, ServiceError } from '../../../../src/baton/author/service-error.ts';
import { serviceEntry } from '../../../../src/baton/services/service-entry.ts';
import { startProxy } from '../hostile-proxy.ts';
import { assertFailed, judgeAddress, judgeServices, resultOf, serve, testFault } from '../judge-connector.ts';
import { clubType, createFullServices, grantsOfClubs, pagesOf, withSyncer } from '../sound-connector.ts';

test('deadline-honoured: a server that is not told of deadlines lets calls go on', async (t) => {
  const server = await serve(t, createFullServices());
  const proxy = await startProxy(t, server, (headers) => headers['grpc-timeout'] === '1m');
  assertFailed(await judgeAddress(t, proxy, { endsWithinMs: 100 }), {
    'deadline-honoured': /ListGrants \{.*\} with a deadline of 1 ms had not ended 100 ms later/,
  });
});

test('deadline-honoured: a server that waits is ended by the deadline', async (t) => {
  const grantsOfType = listing(z.never(), async (_request, _token, { signal }) => {
    await sleep(20, undefined, { signal });
    return { items: grantsOfClubs };
  });
  const report = await judgeServices(t, createFullServices(withSyncer({ type: clubType, grantsOfType })));
  assertFailed(report, {});
  assert.equal(resultOf(report, 'deadline-honoured').detail, 'DEADLINE_EXCEEDED');
});

test('a proxy that forwards everything changes nothing', async (t) => {
  const proxy = await startProxy(t, await serve(t, createFullServices()), () => false);
  assertFailed(await judgeAddress(t, proxy), {});
});

testFault(
  'cancellation-survived: a connector that is stuck once a call was cancelled',
  { 'cancellation-survived': /ListGrants .*cancelled.* INTERNAL: stuck/ },
  () => {
    let isStuck = false;
    const whole = pagesOf(() => grantsOfClubs);
    return createFullServices(
      withSyncer({
        type: clubType,
        grantsOfType: {
          ...whole,
          page: async (request, token, context) => {
            if (isStuck) {
              throw new ServiceError(Code.Internal, 'stuck', { reason: 'planted' });
            }
            // Only the whole listing is slow enough to be cancelled: there are few calls for that.
            const isWhole = request.pageSize > 250 && token === undefined;
            await sleep(isWhole ? 60 : 0, undefined, { signal: context.signal }).catch(() => {});
            const { reason } = context.signal;
            isStuck ||= reason instanceof ConnectError && reason.code === Code.Canceled;
            return await whole.page(request, token, context);
          },
        },
      }),
    );
  },
);

testFault(
  'unknown-service-unimplemented: a service that no connector has is answered',
  { 'unknown-service-unimplemented': /GetSchema \{\} succeeded; it must fail with UNIMPLEMENTED/ },
  () => [...createFullServices(), serviceEntry(SchemaService, { getSchema: () => ({}) })],
);
