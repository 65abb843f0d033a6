import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Code } from '@connectrpc/connect';
import { singlePage } from '../../../../src/baton/author/connector.ts';
import { buildGrant, entitlementStub } from '../../../../src/baton/messages/grant.ts';
import { createConnectorServices } from '../../../../src/baton/services/connector-services.ts';
import { createLibrary } from '../../library-connector.ts';
import { withSyncer } from '../../sync/sync-connector.ts';
import { startService } from '../start-service.ts';

/** A service whose library has as many grants as `library.grants` says. */
async function startLibrary(t: TestContext, maxRemovedShare: number | undefined) {
  const library = { grants: 10 };
  const connector = withSyncer(createLibrary({ readers: 20, books: 1 }).connector, 'book', {
    grants: singlePage(async ({ resource }) =>
      Array.from({ length: library.grants }, (_, i) =>
        buildGrant(entitlementStub(resource, 'borrowed'), 'reader', `r${i}`),
      ),
    ),
  });
  const services = createConnectorServices(connector, { provisioning: false, ticketing: false });
  const service = await startService(t, { services, syncSettings: { maxRemovedShare } });
  const { tasks, uploads } = service.conductorone;
  const sync = async (grants: number, value = {}) => {
    library.grants = grants;
    const { finalState, status } = await tasks.finished(tasks.add({ case: 'syncFull', value }));
    return {
      code: status?.code,
      message: status?.message,
      retryable: finalState.case === 'error' && !finalState.value.nonRetryable,
      uploads: uploads.all.length,
    };
  };
  const countUnchecked = () => service.log.filter((line) => line.includes('not checked for --max-removed')).length;
  return { service, sync, countUnchecked };
}

test('a sync that removes too much of the last upload is not uploaded, and may be tried again', async (t) => {
  const { service, sync, countUnchecked } = await startLibrary(t, 0.3);
  assert.equal((await sync(10)).uploads, 1);
  const { message, ...failure } = await sync(6);
  assert.deepEqual(failure, { code: Code.FailedPrecondition, retryable: true, uploads: 1 });
  assert.match(message ?? '', /would remove 4 of 10 grants \(40%\)/);
  // Compared with what was uploaded, not with what failed.
  assert.equal((await sync(7)).uploads, 2);
  assert.equal((await sync(5)).uploads, 3);
  assert.equal(countUnchecked(), 1, 'the first one');
  assert.equal((await service.listTemporary()).length, 1);
  await service.stop();
  assert.deepEqual(await service.listTemporary(), []);
});

test('a sync of other types is not compared, which the log says', async (t) => {
  const { sync, countUnchecked } = await startLibrary(t, 0.3);
  assert.equal((await sync(10)).uploads, 1);
  assert.equal((await sync(10, { syncResourceTypeIds: ['reader'] })).uploads, 2);
  assert.equal((await sync(2)).uploads, 3);
  assert.equal(countUnchecked(), 3);
});

test('without a share nothing is kept', async (t) => {
  const { service, sync, countUnchecked } = await startLibrary(t, undefined);
  assert.equal((await sync(10)).uploads, 1);
  assert.equal((await sync(0)).uploads, 2);
  assert.equal(countUnchecked(), 0);
  assert.deepEqual(await service.listTemporary(), []);
});
