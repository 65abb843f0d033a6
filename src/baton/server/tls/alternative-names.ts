// The subject alternative names of a certificate. Node only has them as one text, and its own parser is internal.

export interface AlternativeName {
  /** As Node writes it: `DNS`, `URI`, `IP Address`, … */
  readonly type: string;
  readonly value: string;
}

/** One name. Node quotes a value as JSON if it could be mistaken for several. */
const namePattern = /(?:^|, )([A-Za-z0-9 ]+):("(?:[^"\\]|\\.)*"|[^",]*)(?=, |$)/y;

/**
 * Parses `subjectAltName` of an X509Certificate or `subjectaltname` of a peer's:
 * `DNS:a.test, URI:spiffe://b.test/c, IP Address:10.0.0.1`. If a part is malformed, it and all after it are ignored.
 */
export function parseAlternativeNames(text: string | undefined): AlternativeName[] {
  const names: AlternativeName[] = [];
  namePattern.lastIndex = 0;
  for (;;) {
    const [, type, value = ''] = namePattern.exec(text ?? '') ?? [];
    const unquoted = value.startsWith('"') ? parseJsonString(value) : value;
    if (type === undefined || unquoted === undefined) return names;
    names.push({ type, value: unquoted });
  }
}

function parseJsonString(text: string): string | undefined {
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined;
  }
}
