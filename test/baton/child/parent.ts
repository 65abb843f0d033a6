// What a process tells a connector that it starts: a ServerConfig, made of the mutual pair of test/fixtures/tls.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { ServerConfigSchema } from '#gen/c1/connector_wrapper/v1/connector_wrapper_pb.js';
import type { CredentialSchema } from '#gen/c1/utls/v1/tls_pb.js';
import { tlsFixture } from '../server/tls-fixture.ts';

/** The credential of the server, as the Go SDK writes one. */
export const serverCredential = {
  caCert: toDer('mutual-authority'),
  cert: toDer('mutual-server-certificate'),
  key: toGoKey('mutual-server-key'),
} satisfies MessageInitShape<typeof CredentialSchema>;

/** The line for the child's stdin, without its end. */
export function toConfigLine(config: MessageInitShape<typeof ServerConfigSchema>): string {
  const bytes = toBinary(
    ServerConfigSchema,
    create(ServerConfigSchema, { credential: serverCredential, ...config } as typeof config),
  );
  return Buffer.from(bytes).toString('base64');
}

export function toDer(fixture: string): Uint8Array {
  return new X509Certificate(tlsFixture(fixture)).raw;
}

/** 32 bytes of seed and 32 of public key. */
export function toGoKey(fixture: string): Uint8Array {
  const { d = '', x = '' } = createPrivateKey(tlsFixture(fixture)).export({ format: 'jwk' });
  return Buffer.concat([Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')]);
}
