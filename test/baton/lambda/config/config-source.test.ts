import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError, createRouterTransport } from '@connectrpc/connect';
import {
  ConnectorConfigService,
  type GetConnectorConfigResponseSchema,
} from '#gen/c1/connectorapi/baton/v1/config_pb.js';
import { encryptAgeFile } from '../../../../src/baton/credentials/age-encryption.ts';
import { sshEd25519Recipient } from '../../../../src/baton/credentials/age-ssh-ed25519.ts';
import { createConfigSource } from '../../../../src/baton/lambda/config/config-source.ts';

const { privateKey: key } = generateKeyPairSync('ed25519');
const config = await encryptAgeFile(sshEd25519Recipient(createPublicKey(key)), Buffer.from('{"region":"eu"}'));
const { signal } = new AbortController();

function sourceOf(answer: () => MessageInitShape<typeof GetConnectorConfigResponseSchema>) {
  const transport = createRouterTransport(({ service }) => {
    service(ConnectorConfigService, { getConnectorConfig: answer });
  });
  return createConfigSource(transport, key);
}

test('a config is named as ConductorOne names it, or else as it was asked for, or else after its last change', async () => {
  const lastUpdated = { seconds: 1_767_323_045n, nanos: 120_000_000 };
  for (const [configVersion, requested, name] of [
    ['7', '6', '7'],
    ['7', '', '7'],
    ['', '6', '6'],
    [undefined, '6', '6'],
    [undefined, '', '2026-01-02T03:04:05.12Z'],
  ] as const) {
    const source = sourceOf(() => ({ config, lastUpdated, ...(configVersion !== undefined && { configVersion }) }));
    const { version, values } = await source.fetch(requested, signal);
    assert.deepEqual([version, values], [name, { region: 'eu' }]);
  }
});

test('a config that cannot be fetched fails with the code of ConductorOne', async () => {
  const source = sourceOf(() => {
    throw new ConnectError('not now', Code.Unavailable);
  });
  await assert.rejects(source.fetch('', signal), {
    code: Code.Unavailable,
    reason: 'no_hosted_config',
    rawMessage: 'cannot fetch the config from ConductorOne: not now',
  });
});
