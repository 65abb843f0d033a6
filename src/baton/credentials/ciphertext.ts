// A secret, encrypted for one recipient.

export interface Ciphertext {
  /** Says how to read the bytes: `baton/jwk/v1` or `baton/age/v1`. */
  readonly scheme: string;
  readonly bytes: Uint8Array;
  /** The deprecated `EncryptedData.key_id`; empty where the scheme leaves it out. */
  readonly keyId: string;
  /** Which keys can decrypt it. */
  readonly keyIds: readonly string[];
}
