// The credentials of a connector, as issued by ConductorOne.
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

export interface ConnectorCredentials {
  /** For example `simulated-connector-1a2b3c@127.0.0.1:8443/client`. */
  readonly clientId: string;
  /** `secret-token:…:v1:…`: contains the private key, which only the connector keeps. */
  readonly clientSecret: string;
  readonly publicKey: KeyObject;
}

/** @param host - The host and port where the connector reaches ConductorOne. */
export function createCredentials(host: string): ConnectorCredentials {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const jwk = Buffer.from(JSON.stringify(privateKey.export({ format: 'jwk' }))).toString('base64url');
  return {
    clientId: `simulated-connector-${randomBytes(3).toString('hex')}@${host}/client`,
    clientSecret: `secret-token:conductorone.com:v1:${jwk}`,
    publicKey,
  };
}
