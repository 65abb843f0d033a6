import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import { Code, ServiceError } from '../../../../src/baton/author/service-error.ts';
import { assertFailed, judgeServices, resultOf, testFault } from '../judge-connector.ts';
import { changeService } from '../plant-fault.ts';
import { createFullServices, soundConnector } from '../sound-connector.ts';

const withMetadata = (change: object) => () =>
  createFullServices({ ...soundConnector, metadata: { ...soundConnector.metadata, ...change } });

const withValidate = (sdkVersion: string) => () =>
  changeService(createFullServices(), ConnectorService, () => ({ validate: () => ({ sdkVersion }) }));

testFault('metadata-valid: no name', { 'metadata-valid': /display_name: / }, withMetadata({ displayName: '' }));
testFault(
  'metadata-valid: a help link without TLS',
  { 'metadata-valid': /help_url: / },
  withMetadata({ helpUrl: 'http://library.test' }),
);
testFault('metadata-valid: GetMetadata fails', { 'metadata-valid': /failed with UNAVAILABLE: not today/ }, () =>
  changeService(createFullServices(), ConnectorService, () => ({
    getMetadata: () => {
      throw new ServiceError(Code.Unavailable, 'not today', { reason: 'planted' });
    },
  })),
);

test('validate-answers: when Validate fails, nothing else is tried', async (t) => {
  const validate = async () => {
    throw new ServiceError(Code.Unauthenticated, 'the token has expired', { reason: 'planted' });
  };
  const report = await judgeServices(t, createFullServices({ ...soundConnector, validate }));
  assertFailed(report, { 'validate-answers': /Validate failed with UNAUTHENTICATED: the token has expired/ });
  assert.equal(resultOf(report, 'metadata-valid').outcome, 'passed');
  assert.equal(resultOf(report, 'grant-ids-unique').detail, 'Validate failed');
});

testFault(
  'sdk-version-semver: a version of the connector’s own making',
  { 'sdk-version-semver': /"devel".*not a semantic version/ },
  withValidate('devel'),
);
testFault('sdk-version-semver: none', { 'sdk-version-semver': /""/ }, withValidate(''));
testFault('sdk-version-semver: one too early', { 'sdk-version-semver': /v0\.4\.2.*earlier/ }, withValidate('v0.4.2'));
for (const version of ['0.4.3', 'v1.0.0-rc.1+build']) {
  testFault(`sdk-version-semver: ${version} is one`, {}, withValidate(version));
}

testFault('cleanup-answers: Cleanup fails', { 'cleanup-answers': /Cleanup failed with INTERNAL: / }, () =>
  createFullServices({ ...soundConnector, cleanup: async () => assert.fail('planted') }),
);
testFault(
  'cleanup-answers: Cleanup fails for a sync that is over',
  { 'cleanup-answers': /Cleanup failed with NOT_FOUND: / },
  () => {
    const over = new Set<string | undefined>();
    return createFullServices({
      ...soundConnector,
      cleanup: async ({ syncId }) => {
        if (over.has(syncId)) {
          throw new ServiceError(Code.NotFound, 'no such sync', { reason: 'planted' });
        }
        over.add(syncId);
      },
    });
  },
);

test('Cleanup comes once for each walk before the check of it', async (t) => {
  const cleaned: (string | undefined)[] = [];
  await judgeServices(
    t,
    createFullServices({ ...soundConnector, cleanup: async ({ syncId }) => void cleaned.push(syncId) }),
  );
  const [first, ...others] = cleaned;
  assert.deepEqual(others, [first, others[1], others[1]]);
  assert.notEqual(others[1], first);
});
