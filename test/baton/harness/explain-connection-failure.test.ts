import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code, ConnectError } from '@connectrpc/connect';
import { createConnection } from '../../../src/baton/harness/connection.ts';
import { explainConnectionFailure } from '../../../src/baton/harness/explain-connection-failure.ts';

const connection = createConnection({ host: 'library.test', port: 50_051 }, undefined);

/** What a call throws for an error of Node's. */
function failure(code: string, cause?: unknown): ConnectError {
  const reason = Object.assign(new Error(`${code} happened`, { cause }), { code });
  return new ConnectError(reason.message, Code.Unavailable, undefined, undefined, reason);
}

test('a socket that another user owns is explained', () => {
  const other = createConnection({ path: '/run/library.sock' }, undefined);
  const text =
    'you have no permission to connect to unix:/run/library.sock: run this as the user of the server (EACCES)';
  assert.equal(explainConnectionFailure(failure('EACCES'), other), text);
});

const texts: Readonly<Record<string, string>> = {
  ENOTFOUND: 'cannot resolve the host name of library.test:50051 (ENOTFOUND)',
  EHOSTUNREACH: 'library.test:50051 is unreachable (EHOSTUNREACH)',
  CERT_HAS_EXPIRED: 'the certificate of library.test:50051 has expired (CERT_HAS_EXPIRED)',
};
for (const [code, text] of Object.entries(texts)) {
  test(`${code} is explained`, () => assert.equal(explainConnectionFailure(failure(code), connection), text));
}

test('the innermost cause that is known is explained', () => {
  const error = failure('ERR_HTTP2_STREAM_ERROR', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
  assert.match(
    explainConnectionFailure(error, connection) ?? '',
    /^nothing is listening on library\.test:50051: .* \(ECONNREFUSED, ERR_HTTP2_STREAM_ERROR\)$/,
  );
});

test('of a host with several addresses, each failure counts', () => {
  const both = new AggregateError([
    Object.assign(new Error('one'), { code: 'ENETUNREACH' }),
    Object.assign(new Error('two'), { code: 'ECONNREFUSED' }),
  ]);
  const text = explainConnectionFailure(
    new ConnectError('both', Code.Unavailable, undefined, undefined, both),
    connection,
  );
  assert.match(text ?? '', /is unreachable \(ENETUNREACH, ECONNREFUSED\)/);
});

test('what a server answers is not explained', () => {
  for (const code of [Code.Unimplemented, Code.Unavailable, Code.Internal]) {
    assert.equal(explainConnectionFailure(new ConnectError('answered', code), connection), undefined);
  }
});
