import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { CredentialSchema } from '#gen/c1/utls/v1/tls_pb.js';
import { Code, ServiceError } from '../../../src/baton/author/service-error.ts';
import { chooseListener, parseServerConfig, readCredential } from '../../../src/baton/child/server-config.ts';
import { mutualServer } from '../server/tls-fixture.ts';
import { serverCredential, toConfigLine, toGoKey } from './parent.ts';

function faultOf(line: string): string {
  try {
    parseServerConfig(line);
  } catch (error) {
    assert.ok(error instanceof ServiceError);
    assert.deepEqual([error.code, error.reason], [Code.InvalidArgument, 'invalid_server_config']);
    return error.rawMessage;
  }
  assert.fail('the line was accepted');
}

test('a line holds ports and a credential', () => {
  const config = parseServerConfig(toConfigLine({ listenPort: 50051, sessionStoreListenPort: 50052 }));
  assert.deepEqual([config.listenPort, config.sessionStoreListenPort], [50051, 50052]);
  assert.deepEqual(Buffer.from(config.credential?.key ?? []), Buffer.from(serverCredential.key));
});

test('an empty line is reported in the words of the Go SDK', () => {
  assert.match(faultOf(''), /^unexpected empty input\. _connector-service must be started by a program/);
});

test('a line that is not base64 is reported without its content', () => {
  for (const line of ['{"key": "s3cret"}', 'abc', 'ab=c', 'abcd=', 'a-_b']) {
    const fault = faultOf(line);
    assert.match(fault, /^the line on stdin is not base64\./);
    assert.doesNotMatch(fault, new RegExp(line));
  }
});

test('base64 of something else is reported', () => {
  assert.equal(
    faultOf(Buffer.from('hello').toString('base64')),
    'the line on stdin is not a c1.connector_wrapper.v1.ServerConfig',
  );
});

test('invalid ports are reported', () => {
  assert.match(faultOf(toConfigLine({})), /^listen_port must be a port from 1 to 65535, got 0$/);
  assert.match(faultOf(toConfigLine({ listenPort: 65_536 })), /got 65536$/);
  assert.match(
    faultOf(toConfigLine({ listenPort: 1, sessionStoreListenPort: 65_536 })),
    /^session_store_listen_port must be a port or 0, got 65536$/,
  );
});

const readCredentialWith = (change: MessageInitShape<typeof CredentialSchema>) =>
  readCredential(create(CredentialSchema, { ...serverCredential, ...change } as typeof change));

test('a credential of the Go SDK becomes PEM', () => {
  assert.deepEqual(readCredentialWith({}), mutualServer);
});

for (const [what, change, fault] of [
  ['a malformed authority', { caCert: Buffer.from('x') }, /credential\.ca_cert is not a DER certificate/],
  ['no certificate', { cert: new Uint8Array() }, /credential\.cert is not a DER certificate/],
  ['a key in PKCS #8', { key: Buffer.alloc(48) }, /credential\.key must be an Ed25519 key of 64 bytes, got 48/],
  [
    'a key of another certificate',
    { key: toGoKey('mutual-client-key') },
    /credential\.key does not match credential\.cert/,
  ],
] as const) {
  test(`${what} is refused`, () => {
    assert.throws(() => readCredentialWith(change), fault);
  });
}

test('a missing credential is refused', () => {
  assert.throws(() => readCredential(undefined), /credential is missing/);
});

const variable = 'BATON_CONNECTOR_SERVICE_LISTENER_FD';

test('a child listens at the socket that its parent hands over', () => {
  assert.deepEqual(chooseListener({ [variable]: '3' }, 50051), { fd: 3, port: 50051 });
});

test('without an inherited socket a child opens the port on loopback', () => {
  assert.deepEqual(chooseListener({}, 50051), { host: '127.0.0.1', port: 50051 });
  assert.deepEqual(chooseListener({ [variable]: '' }, 50051), { host: '127.0.0.1', port: 50051 });
});

for (const text of ['three', '-1', '3.5', ' 3', '9999999']) {
  test(`${JSON.stringify(text)} is not a file descriptor`, () => {
    assert.throws(() => chooseListener({ [variable]: text }, 1), /must be a file descriptor, got "/);
  });
}
