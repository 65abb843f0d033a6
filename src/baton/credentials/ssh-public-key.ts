// Public keys as SSH writes them: age names a recipient by these bytes.
import { createHash, type KeyObject } from 'node:crypto';

/** An Ed25519 or RSA key in the wire format of SSH (RFC 4253, RFC 8709). */
export function encodeSshPublicKey(key: KeyObject): Buffer {
  const { x, n, e } = key.export({ format: 'jwk' });
  return key.asymmetricKeyType === 'rsa'
    ? Buffer.concat([field(Buffer.from('ssh-rsa')), integer(e), integer(n)])
    : Buffer.concat([field(Buffer.from('ssh-ed25519')), field(bytes(x))]);
}

/** How a stanza of an age file says for which key it is: the beginning of the key's hash, in base64 without padding. */
export function sshKeyTag(encoded: Uint8Array): string {
  return encodeStanzaArgument(createHash('sha256').update(encoded).digest().subarray(0, 4));
}

/** Bytes as the arguments of stanzas hold them. */
export function encodeStanzaArgument(value: Uint8Array): string {
  return Buffer.from(value).toString('base64').replace(/=+$/, '');
}

function bytes(base64url: string | undefined): Buffer {
  return Buffer.from(base64url ?? '', 'base64url');
}

/** A positive integer: a leading bit that is set would make it negative. */
function integer(base64url: string | undefined): Buffer {
  const value = bytes(base64url);
  return field((value[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), value]) : value);
}

function field(value: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(value.length);
  return Buffer.concat([length, value]);
}
