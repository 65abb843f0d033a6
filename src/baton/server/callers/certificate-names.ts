// The names of a client in its certificate.

/** DNS names and URIs, such as those of SPIFFE. Other names are for people or machines, not for programs. */
const nameTypes = new Set(['DNS', 'URI']);

/** One name, as Node writes them: quoted as JSON if its value could be mistaken for several. */
const namePattern = /(?:^|, )([A-Za-z0-9 ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?=, |$)/y;

/**
 * The subject alternative names of a certificate that are DNS names or URIs, as Node returns them in `subjectaltname`:
 * `DNS:a.test, URI:spiffe://b.test/c, IP Address:10.0.0.1`. If a part is malformed, it and all after it are ignored.
 */
export function certificateNames(subjectAltName: string | undefined): string[] {
  const names: string[] = [];
  namePattern.lastIndex = 0;
  for (;;) {
    const match = namePattern.exec(subjectAltName ?? '');
    if (!match) return names;
    const [, type = '', value = ''] = match;
    if (nameTypes.has(type)) names.push(normalizeName(value.startsWith('"') ? unquote(value) : value));
  }
}

/** A name to compare: DNS names are the same in any case, URIs are not. */
export function normalizeName(name: string): string {
  return name.includes(':') ? name : name.toLowerCase();
}

/** @returns An empty text, which is nobody's name, if it is not JSON. */
function unquote(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    return '';
  }
}
