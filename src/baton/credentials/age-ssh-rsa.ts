// The `ssh-rsa` stanza of age files: a file key wrapped for an SSH RSA key. The format is that of
// filippo.io/age/agessh v1.3.1, with which the Go SDK encrypts for RSA keys.
import { type KeyObject, publicEncrypt } from 'node:crypto';
import { type Recipient, Stanza } from 'age-encryption';
import { encodeSshPublicKey, sshKeyTag } from './ssh-public-key.ts';

/** The OAEP label: it ties the wrapped key to this use. */
const label = Buffer.from('age-encryption.org/v1/ssh-rsa');

/** Wraps file keys for the holder of an RSA key. */
export function sshRsaRecipient(publicKey: KeyObject): Recipient {
  const tag = sshKeyTag(encodeSshPublicKey(publicKey));
  return {
    wrapFileKey(fileKey) {
      const body = publicEncrypt({ key: publicKey, oaepHash: 'sha256', oaepLabel: label }, fileKey);
      return [new Stanza(['ssh-rsa', tag], new Uint8Array(body))];
    },
  };
}
