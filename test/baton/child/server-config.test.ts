import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code, ServiceError } from '../../../src/baton/author/service-error.ts';
import { parseServerConfig } from '../../../src/baton/child/server-config.ts';
import { serverCredential, toConfigLine } from './parent.ts';

function faultOf(line: string): string {
  try {
    parseServerConfig(line);
  } catch (error) {
    assert.ok(error instanceof ServiceError);
    assert.deepEqual([error.code, error.reason], [Code.InvalidArgument, 'invalid_server_config']);
    return error.rawMessage;
  }
  assert.fail('the line was taken');
}

test('a line holds ports and a credential', () => {
  const config = parseServerConfig(toConfigLine({ listenPort: 50051, sessionStoreListenPort: 50052 }));
  assert.deepEqual([config.listenPort, config.sessionStoreListenPort], [50051, 50052]);
  assert.deepEqual(Buffer.from(config.credential?.key ?? []), Buffer.from(serverCredential.key));
});

test('an empty line is told in the words of the Go SDK', () => {
  assert.match(faultOf(''), /^unexpected empty input\. _connector-service is started by a program/);
});

test('a line that is not base64 is told and not shown', () => {
  for (const line of ['{"key": "s3cret"}', 'abc', 'ab=c', 'abcd=', 'a-_b']) {
    const fault = faultOf(line);
    assert.match(fault, /^the line on stdin is not base64\./);
    assert.doesNotMatch(fault, new RegExp(line));
  }
});

test('base64 of something else is told', () => {
  assert.equal(
    faultOf(Buffer.from('hello').toString('base64')),
    'the line on stdin is no c1.connector_wrapper.v1.ServerConfig',
  );
});

test('ports that are none are told', () => {
  assert.match(faultOf(toConfigLine({})), /^listen_port must be a port from 1 to 65535, got 0$/);
  assert.match(faultOf(toConfigLine({ listenPort: 65_536 })), /got 65536$/);
  assert.match(
    faultOf(toConfigLine({ listenPort: 1, sessionStoreListenPort: 65_536 })),
    /^session_store_listen_port must be a port or 0, got 65536$/,
  );
});
