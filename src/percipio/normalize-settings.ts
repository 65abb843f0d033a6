// Reads settings as they were copied: with quotes, braces, line breaks or the word Bearer around the value.

const uuidForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** How many invalid ids an error names. */
const namedMax = 3;

/** The token alone: without white space, quotes and the word Bearer around it. */
export function normalizeToken(text: string): string {
  return trimEnd(text.slice(/^(?:["'\s]|bearer\s)*/i.exec(text)?.[0].length), /["'\s]/);
}

/** Servers refuse longer headers. A token of Percipio has about a thousand characters. */
const tokenLengthMax = 8192;

/** Returns what is wrong with a token, as a clause that does not quote it. Its form is Percipio's business. */
export function checkToken(token: string): string | undefined {
  if (token.length > tokenLengthMax) {
    return `has ${token.length} characters, more than a server accepts (${tokenLengthMax}): copy only the token`;
  }
  return /^[\x21-\x7e]+$/.test(token)
    ? undefined
    : 'contains white space or other characters that no bearer token has: copy it again, without line breaks';
}

/** The UUID in lower case, without white space, quotes and braces around it. Anything else stays as it is. */
export function normalizeUuid(text: string): string {
  const [id = '', ...others] = splitIds([text]);
  return others.length === 0 && uuidForm.test(id) ? id.toLowerCase() : text;
}

/** Returns what is wrong with a normalized organization id, as a clause that does not quote it: it may be the token. */
export function checkOrganizationId(id: string): string | undefined {
  if (uuidForm.test(id)) return undefined;
  return /^(?:bearer\s+)?eyJ/i.test(id.trim())
    ? 'is an API token, not an organization id; are the two swapped?'
    : 'must be a UUID (8-4-4-4-12 hexadecimal digits), which Percipio shows next to the service account';
}

/** Returns what is wrong with a base URL, as a clause that does not quote it: it may contain a password. */
export function checkBaseUrl(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return 'must begin with https:// or http://, such as https://api.percipio.com';
  }
  const isBare = url.username === '' && url.password === '' && url.search === '';
  return isBare ? undefined : 'must not contain a user name, a password or a query';
}

/**
 * The entries of a list, however it was written: separated by commas, semicolons, white space or line breaks; as a JSON
 * array; with quotes or braces around each. Those that are UUIDs are in lower case.
 */
export function normalizeUuids(values: readonly string[]): readonly string[] {
  return splitIds(values).map((id) => (uuidForm.test(id) ? id.toLowerCase() : id));
}

/** Returns what is wrong with a normalized id, as a clause. */
export function checkUuid(id: string): string | undefined {
  return uuidForm.test(id) ? undefined : 'expects a UUID (8-4-4-4-12 hexadecimal digits)';
}

/** Returns what is wrong with a normalized list, as a clause that names what is not a UUID. */
export function checkUuids(ids: readonly string[]): string | undefined {
  const invalid = ids.filter((id) => !uuidForm.test(id)).map((id) => JSON.stringify(id));
  if (invalid.length === 0) return undefined;
  const more = invalid.length > namedMax ? ` and ${invalid.length - namedMax} more` : '';
  return `expects UUIDs (8-4-4-4-12 hexadecimal digits), not ${invalid.slice(0, namedMax).join(', ')}${more}`;
}

function splitIds(values: readonly string[]): readonly string[] {
  return values.flatMap((value) => value.split(/[\s,;"'“”‘’`[\]{}]+/)).filter((id) => id !== '');
}

function trimEnd(text: string, dropped: RegExp): string {
  let end = text.length;
  while (end > 0 && dropped.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
