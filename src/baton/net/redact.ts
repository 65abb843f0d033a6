// Keeps secrets out of everything that is written or shown, however it writes them.
import { createPieceRedactor } from './redact-pieces.ts';

/** Stands where a secret stood. */
export const redacted = '[redacted]';

export interface Redactor {
  /** Takes secrets out of plain text. */
  redactText(text: string): string;
  /** Takes secrets out of a line of JSON, so that it stays JSON: in keys, in strings and in numbers. */
  redactJson(line: string): string;
}

export interface RedactorOptions {
  /** Shorter secrets are left alone: they stand in ordinary words, and a log without those helps nobody. Default 4. */
  readonly minLength?: number | undefined;
}

/** Longer forms are only found by their pieces: a regular expression of all forms of a whole file is too large to run. */
const formLengthMax = 4096;

/**
 * Makes a redactor of known secrets. Each is found in any case: as it is, as JSON, HTML, URLs and forms write it, as one
 * of these within another, and without its invisible characters. So is any piece of 12 characters, whatever blanks, tags
 * or percent-encoding are in it.
 */
export function createRedactor(secrets: Iterable<string>, { minLength = 4 }: RedactorOptions = {}): Redactor {
  const known = [...secrets];
  const forms = new Set(known.flatMap(formsOf));
  const longestFirst = [...forms]
    .filter((form) => form.length >= minLength && form !== '' && form.length <= formLengthMax)
    .sort((a, b) => b.length - a.length);
  if (forms.size === 0) return { redactText: (text) => text, redactJson: (line) => line };
  // Without forms, it matches nothing.
  const pattern = new RegExp(longestFirst.map((form) => RegExp.escape(form)).join('|') || '(?!)', 'gi');
  const redactPieces = createPieceRedactor(known, redacted);
  const redactText = (text: string) => redactPieces(text.replace(pattern, redacted));
  return {
    redactText,
    redactJson: (line) => {
      // Most lines hold no secret; `search` leaves no state in the pattern. Their pieces are in them as JSON writes them.
      if (line.search(pattern) < 0 && redactPieces(line) === line) return line;
      return line.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g, (token) => {
        const text = token.startsWith('"') ? (JSON.parse(token) as string) : token;
        const shown = redactText(text);
        return shown === text ? token : JSON.stringify(token.startsWith('"') ? shown : redacted);
      });
    },
  };
}

function formsOf(secret: string): string[] {
  const plain = [secret, secret.trim()];
  const once = plain.flatMap((text) => [text, ...encodings.map((encode) => encode(text))]);
  const twice = once.flatMap((text) => encodings.map((encode) => encode(text)));
  return [...once, ...twice].flatMap((form) => [form, form.replace(/\p{Cf}/gu, '')]);
}

const encodings: readonly ((text: string) => string)[] = [
  escapeJson,
  (text) => escapeJson(text).replace(/[^\x20-\x7e]/g, escapeUnicode),
  (text) => text.replace(/[&<>"']/g, (character) => htmlEntities[character] ?? character),
  // Half of a surrogate pair cannot stand in a URL.
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
