import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConnectorServices } from '../../../src/baton/services/connector-services.ts';
import { createLibrary } from '../library-connector.ts';
import { assertFailed, judgeServices } from './judge-connector.ts';
import { createFullServices } from './sound-connector.ts';

const nothingOn = { provisioning: false, ticketing: false };

test('a connector that does everything, and keeps to the contract, passes every check', async (t) => {
  const report = await judgeServices(t, createFullServices());
  assertFailed(report, {});
  assert.deepEqual(
    report.checks.filter(({ outcome }) => outcome !== 'passed').map(({ id, detail }) => `${id}: ${detail}`),
    ['syncs-to-file: --file was not given'],
  );
  assert.deepEqual(report.walked, { resources: 5 + 3 + 6 + 3, entitlements: 3 + 3, grants: 3 * 7 + 3 });
  assert.deepEqual([report.connectorName, report.sdkVersion, report.bounds], ['Library', 'v0.25.0', []]);
});

test('a connector that only lists passes, and what it does not have is not applicable', async (t) => {
  const { connector } = createLibrary({ readers: 25, books: 12, readersOfBook: 21 });
  const report = await judgeServices(t, createConnectorServices(connector, nothingOn));
  assertFailed(report, {});
  assert.deepEqual(report.walked, { resources: 37, entitlements: 12, grants: 12 * 21 });
  const ids = (outcome: string) => report.checks.filter((check) => check.outcome === outcome).map(({ id }) => id);
  assert.ok(ids('passed').includes('page-size-same-items'));
  assert.ok(ids('not applicable').includes('exclusion-groups'));
});
