import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultConstraints, defaultFields } from '../../../../src/baton/config/fields/default-fields.ts';
import { countWorkers, parallelSync, workers } from '../../../../src/baton/config/fields/sync.ts';
import { createTestSettings } from '../../../../src/baton/testing.ts';

/** The flags of a Go connector on baton-sdk v0.25.0, those left out that only Windows or Lambda builds have. */
const visible = `auth-method client-id client-secret external-resource-c1z external-resource-entitlement-id-filter
  external-resource-traits file health-check health-check-port http-timeout-seconds keep-previous-sync-c1z log-format
  log-level log-level-debug-expires-at log-path otel-collector-endpoint parallel-sync provisioning
  skip-entitlements-and-grants skip-full-sync storage-engine sync-resource-types sync-resources task-concurrency
  ticketing workers`;
const hidden = `applied-sync-id base-sync-id bulk-create-ticket bulk-ticket-template-path c1z-temp-dir compact-file-paths
  compact-output-path compact-sync-ids compact-syncs create-account-email create-account-login create-account-profile
  create-account-resource-type create-ticket delete-resource delete-resource-type diff-syncs event-feed
  event-feed-cursor event-feed-id event-feed-start-at get-ticket grant-entitlement grant-principal grant-principal-type
  health-check-bind-address invoke-action invoke-action-args invoke-action-resource-type invoke-resource-action
  invoke-resource-action-args invoke-resource-action-resource-type list-action-schemas
  list-action-schemas-resource-type list-resource-actions list-ticket-schemas otel-collector-endpoint-tls-cert
  otel-collector-endpoint-tls-cert-path otel-collector-endpoint-tls-insecure otel-logging-disabled
  otel-tracing-disabled revoke-grant rotate-credentials rotate-credentials-type session-store-maximum-size skip-grants
  ticket-id ticket-template-path`;
/** Go connectors send no metrics. */
const hiddenOfOurs = ['otel-metrics-disabled'];

function names(isHidden: boolean): readonly string[] {
  return defaultFields
    .filter((field) => field.hidden === isHidden)
    .map((field) => field.name)
    .sort();
}

test('the settings that every connector has are those of Go connectors', () => {
  assert.deepEqual(names(false), visible.split(/\s+/));
  assert.deepEqual(names(true), [...hidden.split(/\s+/), ...hiddenOfOurs].sort());
});

test('their names and shorthands are unique, and their descriptions end without a full stop', () => {
  const all = defaultFields.flatMap(({ name, shorthand }) => (shorthand ? [name, shorthand] : [name]));
  assert.deepEqual(
    all.filter((name, index) => all.indexOf(name) !== index),
    [],
  );
  assert.deepEqual(
    defaultFields.filter(({ description }) => !/^[A-Z].*[^.]$/.test(description)),
    [],
  );
});

test('constraints name only settings that there are', () => {
  const named = defaultConstraints.flatMap(({ fields, requires = [] }) => [...fields, ...requires]);
  assert.deepEqual(
    named.filter((field) => !defaultFields.includes(field)),
    [],
  );
});

test('countWorkers takes --workers over --parallel-sync, and -1 as the processors up to four', () => {
  const cases: readonly (readonly [number, boolean, number])[] = [
    [0, false, 1],
    [1, false, 1],
    [7, false, 7],
    [-1, false, 4],
    [0, true, 4],
    [7, true, 7],
  ];
  for (const [asked, parallel, expected] of cases) {
    const settings = createTestSettings([
      [workers, asked],
      [parallelSync, parallel],
    ]);
    assert.equal(countWorkers(settings, 16), expected, `--workers=${asked} --parallel-sync=${parallel}`);
  }
  assert.equal(countWorkers(createTestSettings([[workers, -1]]), 2), 2);
});
