import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import { Code, ServiceError } from '../../../../src/baton/author/service-error.ts';
import { readC1z } from '../../../../src/baton/c1z/c1z-reader.ts';
import { createConnectorServices } from '../../../../src/baton/services/connector-services.ts';
import { c1zPlace } from '../../c1z/temporary-folder.ts';
import { createLibrary } from '../../library-connector.ts';
import { assertFailed, judgeServices, resultOf } from '../judge-connector.ts';
import { changeService } from '../plant-fault.ts';

const library = () =>
  createConnectorServices(createLibrary({ readers: 25, books: 4 }).connector, {
    provisioning: false,
    ticketing: false,
  });

test('syncs-to-file: a sync over gRPC holds what the connector lists, and Cleanup comes at its end', async (t) => {
  const { path, temporaryFolder } = await c1zPlace(t);
  const report = await judgeServices(t, library(), { file: { path, temporaryFolder } });
  assertFailed(report, {});
  await using file = await readC1z(path);
  const run = file.latestFinishedFullRun();
  assert.equal(
    resultOf(report, 'syncs-to-file').detail,
    `${path}: 29 resources, 4 entitlements and 8 grants, sync ${run?.syncId}`,
  );
  const records = file.records(run?.syncId);
  assert.deepEqual([[...records.allResources()].length, [...records.allGrants()].length], [29, 8]);
});

test('syncs-to-file: a sync that fails is told, and leaves no file', async (t) => {
  const { path, folder, temporaryFolder } = await c1zPlace(t);
  let calls = 0;
  const services = changeService(library(), GrantsService, ({ listGrants }) => ({
    listGrants: (request, context) => {
      // The sync comes after all calls of the other checks.
      if (request.activeSyncId !== '' && isThird(request.activeSyncId)) {
        calls++;
        throw new ServiceError(Code.PermissionDenied, 'not this time', { reason: 'planted' });
      }
      return listGrants(request, context);
    },
  }));
  const syncs = new Set<string>();
  const isThird = (id: string) => syncs.add(id).size > 2 && [...syncs].indexOf(id) >= 2 && id.length === 27;
  const report = await judgeServices(t, services, { file: { path, temporaryFolder } });
  assertFailed(report, { 'syncs-to-file': /^ListGrants of book b0 failed with PERMISSION_DENIED: not this time$/ });
  assert.equal(calls, 1);
  assert.deepEqual(await readdir(folder), ['temporary']);
});

test('syncs-to-file: what the sync skips is told, and what the walk found before must be in the file', async (t) => {
  const { path, temporaryFolder } = await c1zPlace(t);
  const syncs = new Set<string>();
  const services = changeService(library(), GrantsService, ({ listGrants }) => ({
    listGrants: async (request, context) => {
      const isOfFile = [...syncs.add(request.activeSyncId)].filter(Boolean).indexOf(request.activeSyncId) >= 2;
      if (isOfFile && request.resource?.id?.resource === 'b1') {
        throw new ServiceError(Code.NotFound, 'lent for good', { reason: 'planted' });
      }
      return await listGrants(request, context);
    },
  }));
  const report = await judgeServices(t, services, { file: { path, temporaryFolder } });
  assertFailed(report, {
    'syncs-to-file':
      /6 grants, sync .*\nthe walk found 8 grants, the file has 6\nskipped: 1 listings that were not found\nwarning: ListGrants of book b1 was skipped: lent for good$/,
  });
});

test('syncs-to-file: calls that are unavailable for a while are retried', async (t) => {
  const { path, temporaryFolder } = await c1zPlace(t);
  const failures = new Map<string, number>();
  const syncs = new Set<string>();
  const services = changeService(library(), GrantsService, ({ listGrants }) => ({
    listGrants: async (request, context) => {
      const isOfFile = [...syncs.add(request.activeSyncId)].filter(Boolean).indexOf(request.activeSyncId) >= 2;
      const id = request.resource?.id?.resource ?? '';
      const count = failures.get(id) ?? 0;
      if (isOfFile && count < 5) {
        failures.set(id, count + 1);
        throw new ServiceError(Code.Unavailable, 'not now', { reason: 'planted' });
      }
      return await listGrants(request, context);
    },
  }));
  const callRetry = { timeoutMs: 60_000, delayMinMs: 1 };
  const report = await judgeServices(t, services, { file: { path, temporaryFolder, callRetry } });
  assertFailed(report, {});
  assert.deepEqual([failures.size, new Set(failures.values())], [4, new Set([5])]);
});

test('syncs-to-file: a place that cannot be written is told', async (t) => {
  const { folder } = await c1zPlace(t);
  const path = join(folder, 'none', 'sync.c1z');
  const report = await judgeServices(t, library(), { file: { path, temporaryFolder: undefined } });
  assertFailed(report, { 'syncs-to-file': /cannot write the \.c1z file/ });
  await assert.rejects(readFile(path));
});
