import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  bareVariables,
  describeStrayVariable,
  findPlaceholders,
  findStrayVariables,
  hostedVariables,
} from '../../../src/baton/config/known-variables.ts';

const settings = ['BATON_WORKERS', 'BATON_API_TOKEN', 'BATON_ORGANIZATION_ID'];

test('a variable that no setting and no program reads is stray, in any case', () => {
  const env = {
    BATON_WORKER: '1',
    baton_workers: '1',
    BATON_WORKERS: '1',
    BATON_TMPDIR: '/tmp',
    PATH: '/bin',
    BATON_: '',
  };
  assert.deepEqual(findStrayVariables(env, settings), ['BATON_WORKER', 'baton_workers']);
});

test('a variable of Go connectors or of hosted ones is not stray', () => {
  const env = {
    BATON_DISABLE_HTTP_CACHE: 'true',
    BATON_C1Z_FINALIZE_TIMEOUT: '1m',
    BATON_LAMBDA_TOKEN_HOST: 'x',
    BATON_ALLOWED_HOSTS: 'x',
  };
  assert.deepEqual(findStrayVariables(env, settings), []);
});

test('what Kubernetes sets for a Service is not stray', () => {
  const links = ['SERVICE_HOST', 'SERVICE_PORT', 'SERVICE_PORT_GRPC', 'PORT', 'PORT_50051_TCP', 'PORT_50051_TCP_ADDR'];
  const env = Object.fromEntries(links.map((name) => [`BATON_PERCIPIO_${name}`, 'x']));
  assert.deepEqual(findStrayVariables(env, settings), []);
  assert.deepEqual(findStrayVariables({ BATON_PERCIPIO_PORT: 'x' }, settings), ['BATON_PERCIPIO_PORT']);
});

test('a warning names the variable that is probably meant, and shows no value', () => {
  for (const [name, meant] of [
    ['BATON_WORKER', 'BATON_WORKERS'],
    ['BATON_TOKEN', 'BATON_API_TOKEN'],
    ['BATON_ORG_ID', 'BATON_ORGANIZATION_ID'],
    ['BATON_ORGANISATION_ID', 'BATON_ORGANIZATION_ID'],
    ['baton_api_token', 'BATON_API_TOKEN'],
    ['BATON_HOSTID', 'BATON_HOST_ID'],
  ] as const) {
    assert.equal(describeStrayVariable(name, settings), `${name}: unknown variable, ignored; did you mean ${meant}?`);
  }
  for (const name of ['BATON_NONSENSE', 'BATON_FOO']) {
    assert.equal(describeStrayVariable(name, [...settings, 'BATON_TO']), `${name}: unknown variable, ignored`);
  }
});

test('a variable without a setting that still is a placeholder is a fault', () => {
  const env = {
    BATON_HOST_ID: '<host>',
    BATON_KEEP_SYNC_COUNT: '"<n>"',
    BATON_TMPDIR: '/tmp/<x>',
    BATON_CONFIG_PATH: '<x>',
  };
  assert.deepEqual(findPlaceholders(env), [
    'BATON_HOST_ID: is a placeholder ("<host>"): put the real value in its place',
    'BATON_KEEP_SYNC_COUNT: is a placeholder ("\\"<n>\\""): put the real value in its place',
  ]);
});

test('docs/deploy.md describes each variable without a flag', () => {
  const page = readFileSync(new URL('../../../docs/deploy.md', import.meta.url), 'utf8');
  const table = page.split('### Variables without a flag')[1]?.split('\n### ')[0] ?? '';
  const described = [...table.matchAll(/^\| `(BATON_\w+)`/gm)].map(([, name]) => name);
  // The parent of a child process sets it, never an operator.
  const operators = bareVariables.filter((name) => name !== 'BATON_CONNECTOR_SERVICE_LISTENER_FD');
  assert.deepEqual(described.toSorted(), operators);
});

test('docs/hosted.md describes each variable of a hosted connector', () => {
  const page = readFileSync(new URL('../../../docs/hosted.md', import.meta.url), 'utf8');
  for (const name of hostedVariables) assert.ok(page.includes(`\`${name}\``), name);
});
