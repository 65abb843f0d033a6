// Parses and checks a value as its field declares it.
import { durationExamples, parseDurationMs } from './duration.ts';
import type { Field } from './field.ts';
import { parseSwitch } from './parse-switch.ts';
import { describePlaceholder, isPlaceholder } from './placeholder.ts';
import type { RawValue } from './raw-value.ts';
import { unquote } from './unquote.ts';

/** `undefined` is an empty value, which counts as not set. */
type ParsedValue = { readonly value: unknown } | { readonly fault: string };

/**
 * Parses a value and checks it against the rules of its field.
 * @returns The value, or a fault: a clause that follows the place. It quotes the value unless it is or may be secret.
 */
export function parseValue(field: Field, raw: RawValue): ParsedValue {
  const { text } = raw;
  if (text === undefined)
    return { fault: field.variant === 'string-slice' ? 'expects a list of values' : 'expects a value' };
  if (field.variant !== 'string-slice' && typeof text !== 'string') return { fault: 'expects one value, not a list' };
  // It could be neither sent nor stored, and would fail far from here.
  if (![text].flat().every((each) => each.isWellFormed())) {
    return { fault: 'contains half a surrogate pair, which is not a character: write the character itself' };
  }
  const isQuoted = !(field.secret || field.besideSecret || [text].flat().some(looksSecret));
  const tidied = typeof text === 'string' ? tidyText(field, raw.source, text) : text;
  // Quotes around nothing: a variable that was emptied.
  if (tidied === '' && text !== '' && raw.source === 'environment') return { value: undefined };
  if (isPlaceholder(field, tidied)) return { fault: describePlaceholder(text, isQuoted) };
  const got = isQuoted ? `, got ${JSON.stringify(text)}` : '';
  const parsed = parseText(field, tidied);
  if ('fault' in parsed) return { fault: parsed.fault + got };
  if (parsed.value == null) return parsed;
  const value = presentOrNothing(field.normalize?.(parsed.value) ?? parsed.value);
  // Again: a list has been split, and what stood around a value was removed, such as the word Bearer.
  if ([parsed.value, value].some((each) => isPlaceholder(field, each)))
    return { fault: describePlaceholder(text, isQuoted) };
  const fault = value == null ? undefined : field.check?.(value);
  return fault === undefined ? { value } : { fault: fault + got };
}

/** A client secret, a bearer token or a JWT, which may be in the place of another setting. */
function looksSecret(text: string): boolean {
  return /secret-token:|\bbearer\s|\beyJ[\w-]{8}/i.test(text);
}

/**
 * Removes what tools leave around a value: the line break that `echo` appends, and the quotes that Docker keeps in an
 * `--env-file`. A text of the command line or the file keeps its quotes, unless no value of its kind can have any.
 */
export function tidyText(field: Field, source: RawValue['source'], text: string): string {
  const isFree = field.variant === 'string' && !field.oneOf && !field.secret && !field.besideSecret;
  const trimmed = isFree || field.variant === 'string-slice' ? text.replace(/[\r\n]{1,4}$/, '') : text.trim();
  if (isFree && source !== 'environment') return trimmed;
  // Items of lists may have double quotes of their own.
  return unquote(trimmed, field.variant === 'string-slice' ? "'" : `"'`);
}

function parseText(field: Field, text: string | readonly string[]): ParsedValue {
  if (typeof text !== 'string' || field.variant === 'string-slice') return { value: splitItems(text) };
  switch (field.variant) {
    case 'bool':
      return parseBool(text);
    case 'int':
      return parseInteger(field, text);
    case 'duration': {
      const value = parseDurationMs(text.trim());
      return value === undefined ? { fault: `expects a duration such as ${durationExamples}` } : { value };
    }
    default:
      return field.oneOf ? parseChoice(field.oneOf as readonly string[], text) : { value: text || undefined };
  }
}

function parseBool(text: string): ParsedValue {
  const value = parseSwitch(text);
  return value === undefined ? { fault: 'expects true or false' } : { value };
}

function parseInteger(field: Field, text: string): ParsedValue {
  const value = Number(text.trim());
  if (!/^[+-]?\d+$/.test(text.trim()) || !Number.isSafeInteger(value)) return { fault: 'expects an integer' };
  const { gte, lte } = field;
  if ((gte === undefined || value >= gte) && (lte === undefined || value <= lte)) return { value };
  if (gte === undefined) return { fault: `must be ${lte} or less` };
  return { fault: lte === undefined ? `must be ${gte} or more` : `must be between ${gte} and ${lte}` };
}

function parseChoice(choices: readonly string[], text: string): ParsedValue {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return { value: undefined };
  const value = choices.find((choice) => choice.toLowerCase() === wanted);
  return value === undefined ? { fault: `must be ${choices.join(' or ')}` } : { value };
}

/** Items of a list keep their commas; a text is split like a line of CSV. */
function splitItems(text: string | readonly string[]): readonly string[] {
  const items = typeof text === 'string' ? splitCommas(text) : text;
  return items.map((item) => item.trim()).filter((item) => item);
}

/** Splits at commas. An item in double quotes may contain commas; a doubled quote is a quote. */
export function splitCommas(text: string): readonly string[] {
  // With a final comma, every item is its text up to a comma.
  const items = `${text},`.matchAll(/(?:\s*"([^"]*(?:""[^"]*)*)"\s*|([^,]*)),/g);
  return Array.from(items, ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}

/** An empty text or list counts as not set. */
function presentOrNothing(value: unknown): unknown {
  return value === '' || (Array.isArray(value) && value.length === 0) ? undefined : value;
}
