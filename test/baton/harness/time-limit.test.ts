import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import { GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import { TicketsService } from '#gen/c1/connector/v2/ticket_pb.js';
import { assertFailed, judgeServices, resultOf } from './judge-connector.ts';
import { changeService } from './plant-fault.ts';
import { createFullServices, soundConnector } from './sound-connector.ts';

/** An answer that only comes when its call is over, and says so before. */
function neverAnswer(begun: () => void) {
  return async (_request: unknown, { signal }: { readonly signal: AbortSignal }) => {
    begun();
    await once(signal, 'abort');
    return {};
  };
}

test('a walk that has not ended when the time is over fails, and references to what was not seen are no fault', async (t) => {
  const time = new AbortController();
  const services = changeService(createFullServices(), GrantsService, () => ({
    listGrants: neverAnswer(() => time.abort()),
  }));
  const report = await judgeServices(t, services, { timeLimit: time.signal });
  assertFailed(report, { 'page-tokens-end': /^time ran out \(--timeout\) after walking \{"resources":17,/ });
  assert.equal(resultOf(report, 'resources-valid').outcome, 'passed');
  assert.equal(resultOf(report, 'grant-ids-stable').outcome, 'not applicable');
  assert.equal(resultOf(report, 'ticketing-agrees').detail, 'time ran out (--timeout)');
});

test('a check that has not ended when the time is over fails, and those after it are not applicable', async (t) => {
  const time = new AbortController();
  const services = changeService(createFullServices(), TicketsService, () => ({
    listTicketSchemas: neverAnswer(() => time.abort()),
  }));
  const report = await judgeServices(t, services, { timeLimit: time.signal });
  assertFailed(report, { 'ticketing-agrees': /time ran out/ });
  assert.equal(resultOf(report, 'actions-agree').outcome, 'passed');
  assert.equal(resultOf(report, 'deadline-honoured').outcome, 'not applicable');
});

test('a connector that has not answered at all when the time is over fails', async (t) => {
  const time = new AbortController();
  const services = changeService(createFullServices(), ConnectorService, () => ({
    getMetadata: neverAnswer(() => time.abort()),
  }));
  const report = await judgeServices(t, services, { timeLimit: time.signal });
  assertFailed(report, { 'connector-answers': /time ran out/ });
});

test('when the program is to stop, the harness stops with its reason, and tells the connector that the sync is over', async (t) => {
  const stop = new AbortController();
  const open = new Set<string | undefined>();
  const services = changeService(
    createFullServices({ ...soundConnector, cleanup: async ({ syncId }) => void open.delete(syncId) }),
    GrantsService,
    () => ({
      listGrants: (request, context) => {
        open.add(request.activeSyncId);
        return neverAnswer(() => stop.abort(new Error('stopped by the operator')))(request, context);
      },
    }),
  );
  await assert.rejects(judgeServices(t, services, { signal: stop.signal }), /^Error: stopped by the operator$/);
  assert.deepEqual([...open], []);
});
