// The start of an error response's body, as one short line.
import { isJsonObject, tryParseJson } from './json.ts';
import type { Redact } from './redact.ts';

/** How much of a body goes into an error. */
const charactersMax = 200;

/** How much of a body is looked at, whatever its size. */
const readCharactersMax = 16 * 1024;

/** The part of a body that is looked at for its description. */
export function cutErrorBody(body: string): string {
  return body.slice(0, readCharactersMax);
}

/**
 * Turns a body into one line: the `message`s of Percipio's JSON, the text of HTML, otherwise the body as it is. Only the
 * first 16,384 characters are looked at.
 * @returns At most 200 characters, without the token; empty if the body says nothing.
 */
export function describeErrorBody(wholeBody: string, redact: Redact): string {
  const body = cutErrorBody(wholeBody);
  const messages = readMessages(tryParseJson(body));
  const plain = /^\s*</.test(body) ? htmlToText(body) : body;
  const text = messages.length > 0 ? messages.join('; ') : plain;
  // Redacted only now, since escapes, markup and invisible characters can split a token.
  const line = redact(text.replace(/\p{Cf}/gu, ''))
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  const characters = [...line];
  return characters.length <= charactersMax ? line : `${characters.slice(0, charactersMax - 1).join('')}…`;
}

/**
 * The texts in a JSON error: Percipio's `errors[]` of `code`, `additionalInfo` and `message`, and its `message`; and what
 * gateways write: `error` or `error.message`, `errorMessage`, `fault.faultstring`.
 * @returns None if it has none of these.
 */
export function readMessages(json: unknown): string[] {
  if (!isJsonObject(json)) return [];
  const { message, error, errorMessage, fault, errors } = json;
  const texts = [
    message,
    isJsonObject(error) ? error.message : error,
    errorMessage,
    isJsonObject(fault) ? fault.faultstring : undefined,
    ...(Array.isArray(errors) ? errors : []).map(describeEntry),
  ];
  return texts.filter((text): text is string => typeof text === 'string' && text.trim() !== '');
}

/** `INVALID_FIELD_VALUE (login_name->field_too_long)`, with its message, as far as it has these. */
function describeEntry(entry: unknown): unknown {
  if (!isJsonObject(entry)) return entry;
  const { message, code, additionalInfo } = entry;
  const [text = '', name = '', info = ''] = [message, code, additionalInfo].map((value) =>
    typeof value === 'string' ? value.trim() : undefined,
  );
  const detail = [name, info && (name ? `(${info})` : info)].filter(Boolean).join(' ');
  return [text, detail].filter(Boolean).join(': ');
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ', '#39': "'" };

function htmlToText(html: string): string {
  return html
    .replace(/<!--[\s\S]*?(?:-->|$)/g, ' ')
    .replace(/<(script|style|head)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, (block) => readTitle(block))
    .replace(/<wbr[^<>]*>/gi, '')
    .replace(/<[^>]*(?:>|$)/g, ' ')
    .replace(/&(#39|[a-z]+);/gi, (entity, name: string) => entities[name.toLowerCase()] ?? entity);
}

function readTitle(head: string): string {
  const title = /<title[^<>]*>([^<]*)/i.exec(head)?.[1]?.trim();
  return title ? ` ${title}: ` : ' ';
}
