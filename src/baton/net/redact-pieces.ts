// Finds pieces of secrets in a text, also where line breaks, markup or percent-encoding split them.

/** As many characters of a secret in a row are hidden. Fewer stand in ordinary words, and help nobody to guess it. */
export const pieceLength = 12;

/** What stands between the characters of a piece, or for some of them. */
const splitting = /<[^<>]*>|[\s\p{Cc}\p{Cf}]+|\\[nrt]|\\u[0-9a-f]{4}|\\(?=["\\/])|(?:%[0-9a-f]{2})+/giu;

/** The same for secrets that themselves contain what looks like markup or an escape. */
const blanks = /[\s\p{Cc}\p{Cf}]+/gu;

/** Public parts of secrets: the scheme of RFC 8959 with its issuer, and the first and last lines of PEM. */
const publicPart = /^secret-token:(?:[\w.-]+:)*|-----(?:BEGIN|END) [A-Z ]+-----/g;

/** A text without what splits pieces, and where its characters come from. */
interface Folded {
  readonly text: string;
  /** Of each character, the start and the end in the original text. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** Makes a function that replaces all pieces of the secrets. Secrets of fewer than 12 characters have none. */
export function createPieceRedactor(secrets: Iterable<string>, replacement: string): (text: string) => string {
  const parts = Array.from(secrets, (secret) => secret.split(publicPart)).flat();
  const [split, plain] = [splitting, blanks].map((dropped) => ({ dropped, pieces: piecesOf(parts, dropped) }));
  if (!split || !plain || split.pieces.size + plain.pieces.size === 0) return (text) => text;
  // Most secrets have no markup and no escapes: then the first search finds whatever the second would.
  const isSame = plain.pieces.size === split.pieces.size && plain.pieces.isSubsetOf(split.pieces);
  const searches = isSame ? [split] : [split, plain];
  return (text) =>
    replace(
      text,
      searches.flatMap((search) => findPieces(text, search)),
      replacement,
    );
}

interface Search {
  /** What is dropped or decoded before pieces are looked for. */
  readonly dropped: RegExp;
  readonly pieces: ReadonlySet<string>;
}

type Range = readonly [start: number, end: number];

function piecesOf(parts: readonly string[], dropped: RegExp): ReadonlySet<string> {
  const pieces = new Set<string>();
  for (const part of parts) {
    const { text } = fold(part, dropped);
    for (let end = pieceLength; end <= text.length; end += 1) pieces.add(text.slice(end - pieceLength, end));
  }
  return pieces;
}

/** Where pieces are. Those that overlap are one. */
function findPieces(text: string, { dropped, pieces }: Search): Range[] {
  if (text.length < pieceLength) return [];
  const { text: folded, starts, ends } = fold(text, dropped);
  const found: Range[] = [];
  for (let at = 0; at + pieceLength <= folded.length; at += 1) {
    if (!pieces.has(folded.slice(at, at + pieceLength))) continue;
    let last = at + pieceLength - 1;
    while (pieces.has(folded.slice(last + 2 - pieceLength, last + 2))) last += 1;
    found.push([starts[at] ?? 0, ends[last] ?? text.length]);
    at = last;
  }
  return found;
}

function replace(text: string, ranges: readonly Range[], replacement: string): string {
  let shown = '';
  let shownTo = 0;
  for (const [start, end] of ranges.toSorted(([a], [b]) => a - b)) {
    if (start >= shownTo) shown += text.slice(shownTo, start) + replacement;
    shownTo = Math.max(shownTo, end);
  }
  return shown + text.slice(shownTo);
}

function fold(text: string, dropped: RegExp): Folded {
  const starts: number[] = [];
  const ends: number[] = [];
  let folded = '';
  let plainFrom = 0;
  const addPlain = (to: number) => {
    folded += toLowerCase(text.slice(plainFrom, to));
    for (let at = plainFrom; at < to; at += 1) {
      starts.push(at);
      ends.push(at + 1);
    }
  };
  for (const match of text.matchAll(dropped)) {
    addPlain(match.index);
    plainFrom = match.index + match[0].length;
    const meant = toLowerCase(decode(match[0]).replace(blanks, ''));
    folded += meant;
    for (let count = meant.length; count > 0; count -= 1) {
      starts.push(match.index);
      ends.push(plainFrom);
    }
  }
  addPlain(text.length);
  return { text: folded, starts, ends };
}

/** What an escape stands for; nothing for blanks, markup, and the backslash before a quote. */
function decode(match: string): string {
  if (match.startsWith('%')) return Buffer.from(match.replaceAll('%', ''), 'hex').toString();
  if (match.startsWith('\\u')) return String.fromCharCode(Number.parseInt(match.slice(2), 16));
  return '';
}

/** ASCII only: other letters can change their length, and no position would fit. */
function toLowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
