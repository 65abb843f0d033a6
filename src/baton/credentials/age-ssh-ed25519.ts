// The `ssh-ed25519` stanza of age files: a file key wrapped for an SSH Ed25519 key. The format is that of
// filippo.io/age/agessh v1.3.1, with which the Go SDK encrypts for Ed25519 keys.
import { createCipheriv, createDecipheriv, createHash, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { type Identity, type Recipient, Stanza } from 'age-encryption';
import { encodeSshPublicKey, encodeStanzaArgument, sshKeyTag } from './ssh-public-key.ts';
import { multiplyX25519, x25519PublicKey } from './x25519.ts';

const stanzaType = 'ssh-ed25519';
const label = 'age-encryption.org/v1/ssh-ed25519';
const keyBytes = 32;
const tagBytes = 16;
const cipher = 'chacha20-poly1305';
/** A wrapping key is used once, so its nonce can be constant. */
const nonce = Buffer.alloc(12);

/**
 * Wraps file keys for the holder of an Ed25519 key.
 * @throws Error when `publicKey` is not a point on the curve.
 */
export function sshEd25519Recipient(publicKey: KeyObject): Recipient {
  const sshKey = encodeSshPublicKey(publicKey);
  const theirPoint = ed25519.utils.toMontgomery(rawKey(publicKey, 'x'));
  return {
    wrapFileKey(fileKey) {
      const ephemeral = randomBytes(keyBytes);
      const share = x25519PublicKey(ephemeral);
      const wrappingKey = deriveWrappingKey(multiplyX25519(ephemeral, theirPoint), { sshKey, share, theirPoint });
      const seal = createCipheriv(cipher, wrappingKey, nonce, { authTagLength: tagBytes });
      const body = Buffer.concat([seal.update(fileKey), seal.final(), seal.getAuthTag()]);
      return [new Stanza([stanzaType, sshKeyTag(sshKey), encodeStanzaArgument(share)], new Uint8Array(body))];
    },
  };
}

/** Unwraps file keys with an Ed25519 private key. It skips stanzas for other keys. */
export function sshEd25519Identity(privateKey: KeyObject): Identity {
  const sshKey = encodeSshPublicKey(privateKey);
  // RFC 8032: the secret scalar of an Ed25519 key is the first half of the seed's hash.
  const scalar = createHash('sha512').update(rawKey(privateKey, 'd')).digest().subarray(0, keyBytes);
  const theirPoint = x25519PublicKey(scalar);
  return {
    unwrapFileKey(stanzas) {
      const stanza = stanzas.find(({ args }) => args[0] === stanzaType && args[1] === sshKeyTag(sshKey));
      if (!stanza) return null;
      const share = Buffer.from(stanza.args[2] ?? '', 'base64');
      const wrappingKey = deriveWrappingKey(multiplyX25519(scalar, share), { sshKey, share, theirPoint });
      const open = createDecipheriv(cipher, wrappingKey, nonce, { authTagLength: tagBytes });
      open.setAuthTag(stanza.body.subarray(-tagBytes));
      return new Uint8Array(Buffer.concat([open.update(stanza.body.subarray(0, -tagBytes)), open.final()]));
    },
  };
}

interface Parties {
  readonly sshKey: Uint8Array;
  /** The ephemeral point, generated for one file. */
  readonly share: Uint8Array;
  readonly theirPoint: Uint8Array;
}

/** Binds the key to the SSH encoding of the recipient's key, not only to its point. */
function deriveWrappingKey(shared: Uint8Array, { sshKey, share, theirPoint }: Parties): Buffer {
  const tweak = Buffer.from(hkdfSync('sha256', new Uint8Array(0), sshKey, label, keyBytes));
  const secret = multiplyX25519(tweak, shared);
  return Buffer.from(hkdfSync('sha256', secret, Buffer.concat([share, theirPoint]), label, keyBytes));
}

function rawKey(key: KeyObject, member: 'x' | 'd'): Buffer {
  return Buffer.from(key.export({ format: 'jwk' })[member] ?? '', 'base64url');
}
