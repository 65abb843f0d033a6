// What of a request may be shown: an error page may repeat the request that was refused.
import { createRedactor, redacted } from 'baton-connector-sdk/http';

export type Redact = (text: string) => string;

/** Replaces the token, whatever follows the word Bearer, and whatever looks like (a piece of) a JWT. */
export function createTokenRedact(token: string): Redact {
  const { redactText } = createRedactor([token]);
  return (text) =>
    redactText(text)
      .replace(/\bBearer[\s:=+]+(?!\[redacted\])[^\s"'<>]{16,}/gi, `Bearer ${redacted}`)
      .replace(/\beyJ[\w-]{8,}(?:\.[\w-]*)*/g, redacted);
}

/** Replaces a secret of one call, such as a password, however short it is. */
export function createSecretRedact(secret: string | undefined): Redact {
  return secret === undefined ? (text) => text : createRedactor([secret], { minLength: 1 }).redactText;
}

const secretParameter = /token|secret|password|passwd|signature|api.?key|^key$|^sig$|^auth/i;

/** Names a user in a path by something other than a uuid. */
const userInPath = /(?<=\/(?:external-user-id|login-name|login-name-or-email)\/)[^/]+$/;

/** The rest of a longer URL says nothing more. */
const urlLengthMax = 500;

/**
 * A URL as it may be shown: without user info, without fragment, and without the values of secret parameters. It names
 * a user by uuid only: logs are no place for an e-mail address.
 */
export function showUrl(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  shown.hash = '';
  shown.pathname = shown.pathname.replace(userInPath, '[name]');
  for (const name of new Set(shown.searchParams.keys())) {
    if (secretParameter.test(name)) shown.searchParams.set(name, redacted);
  }
  return shown.href.length > urlLengthMax ? `${shown.href.slice(0, urlLengthMax)}…` : shown.href;
}
