import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Grant } from '#gen/c1/connector/v2/grant_pb.js';
import type { ResourceRequest } from '../../../src/baton/author/connector.ts';
import { createConnectorServices } from '../../../src/baton/services/connector-services.ts';
import { createLibrary } from '../library-connector.ts';
import { assertFailed, judgeServices, resultOf } from './judge-connector.ts';
import { bookType, createFullServices, grantsOfBook, pagesOf, withSyncer } from './sound-connector.ts';

test('itemsMax: no more is walked of each type, and what depends on the rest is not judged', async (t) => {
  const { connector, reads } = createLibrary({ readers: 100, books: 50, readersOfBook: 40, sourcePageSize: 10 });
  const services = createConnectorServices(connector, { provisioning: false, ticketing: false });
  const report = await judgeServices(t, services, { itemsMax: 25 });
  assertFailed(report, {});
  assert.deepEqual(report.walked, { resources: 30 + 30, entitlements: 25, grants: 30 });
  assert.deepEqual(report.bounds, [
    'only 25 resources of each type were read (--max-items)',
    'only 25 entitlements of each type were read (--max-items)',
    'only 25 grants of each type were read (--max-items)',
  ]);
  for (const id of ['resource-ids-stable', 'entitlement-ids-stable', 'grant-ids-stable']) {
    assert.equal(resultOf(report, id).outcome, 'not applicable');
  }
  assert.equal(resultOf(report, 'resources-valid').outcome, 'passed');
  assert.ok(!reads.includes('readers 40'), 'the readers were read beyond the limit');
});

test('itemsMax: a grant to a reader who was not walked is no fault', async (t) => {
  const grants = pagesOf<Grant, ResourceRequest>(({ resource }) => grantsOfBook(resource).toReversed());
  const report = await judgeServices(t, createFullServices(withSyncer({ type: bookType, grants })), { itemsMax: 3 });
  assertFailed(report, {});
  const { outcome, detail } = resultOf(report, 'grant-principals-resolve');
  assert.equal(outcome, 'not applicable');
  assert.equal(detail, 'some references do not resolve, but only 3 resources of each type were read (--max-items)');
});
