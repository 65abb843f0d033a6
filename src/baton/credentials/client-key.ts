// The connector's own key: what callers encrypt passwords for.
import type { KeyObject } from 'node:crypto';

/** The private key in the client secret that ConductorOne gave out for the connector. */
export interface ClientKey {
  /** What `EncryptedData.key_ids` calls it: the `kid` of the JWK, or its hex thumbprint where it has none. */
  readonly id: string;
  /** Ed25519. */
  readonly key: KeyObject;
}
