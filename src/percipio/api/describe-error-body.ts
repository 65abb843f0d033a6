// The start of an error response's body, as one short line.
import type { Redact } from './redact.ts';

/** How much of a body goes into an error. */
const charactersMax = 200;

/**
 * Turns a body into one line: the `message`s of Percipio's JSON, the text of HTML, otherwise the body as it is.
 * @returns At most 200 characters, without the token; empty if the body says nothing.
 */
export function describeErrorBody(body: string, redact: Redact): string {
  const text = readMessages(body) ?? (/^\s*</.test(body) ? htmlToText(body) : body);
  // Redacted only now, since escapes, markup and invisible characters can split a token.
  const line = redact(text.replace(/\p{Cf}/gu, ''))
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  const characters = [...line];
  return characters.length <= charactersMax ? line : `${characters.slice(0, charactersMax - 1).join('')}…`;
}

/** The texts in `message` and `errors[].message`; some gateways write `error`. */
function readMessages(body: string): string | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!isRecord(json)) return undefined;
  const nested = Array.isArray(json.errors) ? json.errors : [];
  const messages = [json.message, json.error, ...nested.map((entry) => (isRecord(entry) ? entry.message : entry))];
  const texts = messages.filter((message) => typeof message === 'string' && message.trim() !== '');
  return texts.length === 0 ? undefined : texts.join('; ');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ', '#39': "'" };

function htmlToText(html: string): string {
  return html
    .replace(/<!--[\s\S]*?(?:-->|$)/g, ' ')
    .replace(/<(script|style|head)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, (block) => readTitle(block))
    .replace(/<wbr[^>]*>/gi, '')
    .replace(/<[^>]*(?:>|$)/g, ' ')
    .replace(/&(#39|[a-z]+);/gi, (entity, name: string) => entities[name.toLowerCase()] ?? entity);
}

function readTitle(head: string): string {
  const title = /<title[^>]*>([^<]*)/i.exec(head)?.[1]?.trim();
  return title ? ` ${title}: ` : ' ';
}
