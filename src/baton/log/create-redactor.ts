// Keeps secrets out of what is written, wherever in it they stand.

const censored = '[redacted]';

/** Shorter ones are left alone: they stand in ordinary words, and a log without those helps nobody. */
const minLength = 4;

export interface Redactor {
  /** Takes secrets out of plain text. */
  redactText(text: string): string;
  /** Takes secrets out of a line of JSON, so that it stays JSON: in keys, in strings and in numbers. */
  redactJson(line: string): string;
}

/**
 * Makes a redactor of the secrets that are known.
 * @param secrets - Each is found as it is, and as JSON and URLs write it. Those under 4 characters are not looked for.
 */
export function createRedactor(secrets: Iterable<string>): Redactor {
  const plain = new Set<string>();
  for (const secret of secrets) {
    for (const form of [secret, secret.trim(), encodeURIComponent(secret)]) {
      if (form.length >= minLength) plain.add(form);
    }
  }
  const inJson = new Set(Array.from(plain, (secret) => JSON.stringify(secret).slice(1, -1)));
  const everywhere = byLength(new Set([...plain, ...inJson]));
  const insideTokens = byLength(inJson);
  return {
    redactText: (text) => replaceAll(text, everywhere),
    redactJson: (line) => {
      if (!insideTokens.some((secret) => line.includes(secret))) return line;
      return line.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) => {
        const redacted = replaceAll(token, insideTokens);
        return redacted === token || token.startsWith('"') ? redacted : `"${censored}"`;
      });
    },
  };
}

/** Longest first, for one secret may be a part of another. */
function byLength(secrets: ReadonlySet<string>): readonly string[] {
  return [...secrets].sort((a, b) => b.length - a.length);
}

function replaceAll(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, censored), text);
}
