// Keeps the token out of everything that is shown: a proxy's error page may repeat the request that it refused.

export type Redact = (text: string) => string;

/** Replaces the token, whatever follows the word Bearer, and whatever looks like (a piece of) a JWT. */
export function createRedact(token: string): Redact {
  return (text) =>
    (token === '' ? text : text.replaceAll(token, '[token]'))
      .replace(/\bBearer[\s:=+]+(?!\[token\])[^\s"'<>]{16,}/gi, 'Bearer [token]')
      .replace(/\beyJ[\w-]{8,}(?:\.[\w-]*)*/g, '[token]');
}

const secretParameter = /token|secret|password|passwd|signature|api.?key|^key$|^sig$|^auth/i;

/** A URL as it may be shown: without user info, without fragment, and without the values of secret parameters. */
export function showUrl(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  shown.hash = '';
  for (const name of new Set(shown.searchParams.keys())) {
    if (secretParameter.test(name)) shown.searchParams.set(name, '[secret]');
  }
  return shown.href;
}
