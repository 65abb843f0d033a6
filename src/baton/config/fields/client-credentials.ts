// The forms of the client id and the client secret that ConductorOne issues.

/** A client id in its parts: `happy-dog-12345@acme.conductor.one/cli`. */
export interface ClientIdParts {
  /** The part before the `@`. */
  readonly name: string;
  /** The host of ConductorOne, with a port if the id has one. */
  readonly host: string;
}

interface Fault {
  /** A clause that shows no secret: `has no @`. */
  readonly fault: string;
}

const clientIdForm = 'expected an id such as happy-dog-12345@acme.conductor.one/client';
const clientSecretForm =
  'expected secret-token:conductorone.com:v1:…; ConductorOne shows it only once, and "Rotate" creates a new one';
const partsOfSecret = 4;
const version = 'v1';
/** Of both halves of an Ed25519 key. */
const keyBytes = 32;

/** Takes a client id apart (parseClientID in pkg/ugrpc of baton-sdk v0.25.0), or says which part is missing. */
export function splitClientId(text: string): ClientIdParts | Fault {
  const at = text.indexOf('@');
  if (at < 0) return { fault: 'has no @' };
  const slash = text.indexOf('/', at);
  if (slash < 0) return { fault: 'has no / after the host' };
  const name = text.slice(0, at);
  const host = text.slice(at + 1, slash);
  if (name === '') return { fault: 'has no name before the @' };
  if (host === '') return { fault: 'has no host between @ and /' };
  if (!/^[^\s@?#\\]+$/.test(host) || URL.canParse(`https://${host}`) === false) {
    return { fault: `contains an invalid host: ${JSON.stringify(host)}` };
  }
  return { name, host };
}

/** Says what is wrong with a client id, as a clause. */
export function checkClientId(text: string): string | undefined {
  if (/^secret-token:/i.test(text)) return 'is a client secret, not a client id; are the two swapped?';
  const parts = splitClientId(text);
  if ('fault' in parts) return `${parts.fault}; ${clientIdForm}`;
  // It is sent in headers.
  return /^[\x21-\x7e]+$/.test(text)
    ? undefined
    : `contains white space or other characters that no client id has; ${clientIdForm}`;
}

/**
 * Reads the JWK in `secret-token:conductorone.com:v1:<JWK in base64url>` (pkg/crypto of baton-sdk v0.25.0, which reads
 * only the third and the fourth part), or says which part is wrong.
 */
export function readSecretKey(text: string): { readonly jwk: Readonly<Record<string, unknown>> } | Fault {
  const parts = text.split(':');
  if (parts.length < partsOfSecret) {
    return { fault: `has ${parts.length} of ${partsOfSecret} parts separated by colons; is it incomplete?` };
  }
  if (parts[2] !== version) {
    return { fault: `has an unsupported version as its third part; this program supports ${version}` };
  }
  const key = parts.slice(partsOfSecret - 1).join(':');
  // Buffer silently drops characters outside the alphabet.
  if (!/^[A-Za-z0-9_-]+$/.test(key)) {
    return { fault: 'has a fourth part that is not base64url without padding; is it incomplete?' };
  }
  const jwk = parseJwk(key);
  if (jwk === undefined) return { fault: 'has a fourth part that is not a JSON Web Key; is it incomplete?' };
  if (jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519') return { fault: 'must contain an Ed25519 key' };
  if (typeof jwk.d !== 'string' || jwk.d === '') return { fault: 'must contain a private key, not a public one' };
  return { jwk };
}

/** Says what is wrong with a client secret, as a clause that shows nothing of it. */
export function checkClientSecret(text: string): string | undefined {
  if (!('fault' in splitClientId(text))) return 'is a client id, not a client secret; are the two swapped?';
  const read = readSecretKey(text);
  if ('fault' in read) return `${read.fault} (${clientSecretForm})`;
  const isComplete = [read.jwk.d, read.jwk.x].every(
    (half) => typeof half === 'string' && Buffer.from(half, 'base64url').length === keyBytes,
  );
  return isComplete ? undefined : `contains an unreadable key; is it incomplete? (${clientSecretForm})`;
}

function parseJwk(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const jwk: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return typeof jwk === 'object' && jwk !== null ? (jwk as Record<string, unknown>) : undefined;
  } catch {
    // The parser quotes what it read.
    return undefined;
  }
}
