// The credentials of one connector, as ConductorOne gives them out.
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

export interface ConnectorCredentials {
  /** `made-up-connector-1a2b3c@127.0.0.1:8443/client` */
  readonly clientId: string;
  /** `secret-token:…:v1:…`: holds the private key, which nobody but the connector keeps. */
  readonly clientSecret: string;
  readonly publicKey: KeyObject;
}

/** @param host - Where the connector finds ConductorOne, with its port. */
export function createCredentials(host: string): ConnectorCredentials {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const jwk = Buffer.from(JSON.stringify(privateKey.export({ format: 'jwk' }))).toString('base64url');
  return {
    clientId: `made-up-connector-${randomBytes(3).toString('hex')}@${host}/client`,
    clientSecret: `secret-token:conductorone.com:v1:${jwk}`,
    publicKey,
  };
}
