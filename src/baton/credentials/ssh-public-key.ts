// Public keys in SSH encoding: age identifies a recipient by these bytes.
import { createHash, type KeyObject } from 'node:crypto';

/** Encodes an Ed25519 or RSA key in SSH wire format (RFC 4253, RFC 8709). */
export function encodeSshPublicKey(key: KeyObject): Buffer {
  const { x, n, e } = key.export({ format: 'jwk' });
  return key.asymmetricKeyType === 'rsa'
    ? Buffer.concat([field(Buffer.from('ssh-rsa')), integer(e), integer(n)])
    : Buffer.concat([field(Buffer.from('ssh-ed25519')), field(bytes(x))]);
}

/** The tag by which a stanza of an age file names its key: the start of the key's hash, in base64 without padding. */
export function sshKeyTag(encoded: Uint8Array): string {
  return encodeStanzaArgument(createHash('sha256').update(encoded).digest().subarray(0, 4));
}

/** Encodes bytes as an argument of a stanza. */
export function encodeStanzaArgument(value: Uint8Array): string {
  return Buffer.from(value).toString('base64').replace(/=+$/, '');
}

function bytes(base64url: string | undefined): Buffer {
  return Buffer.from(base64url ?? '', 'base64url');
}

/** A positive integer: it must not start with a set bit, which would make it negative. */
function integer(base64url: string | undefined): Buffer {
  const value = bytes(base64url);
  return field((value[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), value]) : value);
}

function field(value: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(value.length);
  return Buffer.concat([length, value]);
}
