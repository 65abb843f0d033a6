// Keeps secrets out of everything that is shown: an error page may repeat the request that was refused.

export type Redact = (text: string) => string;

/** Replaces the token, whatever follows the word Bearer, and whatever looks like (a piece of) a JWT. */
export function createRedact(token: string): Redact {
  return (text) =>
    (token === '' ? text : text.replaceAll(token, '[token]'))
      .replace(/\bBearer[\s:=+]+(?!\[token\])[^\s"'<>]{16,}/gi, 'Bearer [token]')
      .replace(/\beyJ[\w-]{8,}(?:\.[\w-]*)*/g, '[token]');
}

/**
 * Replaces a secret of one call, such as a password: as it is, and as it looks in JSON, in HTML and in a URL, and in
 * two of them one in the other, as in a text of JSON that quotes JSON.
 */
export function createSecretRedact(secret: string): Redact {
  if (secret === '') return (text) => text;
  const once = encodings.map((encode) => encode(secret));
  const twice = once.flatMap((text) => encodings.map((encode) => encode(text)));
  const forms = [secret, ...once, ...twice];
  // What describes a body drops invisible characters first.
  const shown = new Set([...forms, ...forms.map((form) => form.replace(/\p{Cf}/gu, ''))]);
  shown.delete('');
  const longestFirst = [...shown].sort((a, b) => b.length - a.length).map((form) => RegExp.escape(form));
  const pattern = new RegExp(longestFirst.join('|'), 'gi');
  return (text) => text.replace(pattern, '[secret]');
}

const encodings: readonly ((text: string) => string)[] = [
  escapeJson,
  (text) => escapeJson(text).replace(/[^\x20-\x7e]/g, escapeUnicode),
  (text) => text.replace(/[&<>"']/g, (character) => htmlEntities[character] ?? character),
  // Half a pair of surrogates can stand in no URL.
  (text) => encodeURIComponent(text.toWellFormed()),
  (text) => new URLSearchParams({ '': text }).toString().slice(1),
];

function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function escapeUnicode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const htmlEntities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const secretParameter = /token|secret|password|passwd|signature|api.?key|^key$|^sig$|^auth/i;

/** What names a person in a path by something else than a uuid. */
const personInPath = /(?<=\/(?:external-user-id|login-name|login-name-or-email)\/)[^/]+$/;

/**
 * A URL as it may be shown: without user info, without fragment, and without the values of secret parameters. Of a
 * person it names the uuid at the most: logs are no place for an e-mail address.
 */
export function showUrl(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  shown.hash = '';
  shown.pathname = shown.pathname.replace(personInPath, '[name]');
  for (const name of new Set(shown.searchParams.keys())) {
    if (secretParameter.test(name)) shown.searchParams.set(name, '[secret]');
  }
  return shown.href;
}
