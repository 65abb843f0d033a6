// Compares texts without regard to case, as Go's strings.EqualFold does.

const ascii = /^[\0-\x7f]*$/;
const folded = new Map<string, string>();

/**
 * The same text for two texts exactly if they are equal under Unicode's simple case folding: ς and Σ are equal, İ and i are
 * not, nor are ß and ss.
 */
export function foldCase(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  return Array.from(text, foldCharacter).join('');
}

function foldCharacter(character: string): string {
  let fold = folded.get(character);
  if (fold === undefined) {
    const candidates = [character.toUpperCase().toLowerCase(), character.toLowerCase()];
    // A regular expression with the flags i and u compares by simple case folding.
    const equal = new RegExp(`^\\u{${character.codePointAt(0)?.toString(16)}}$`, 'iu');
    fold = candidates.find((candidate) => equal.test(candidate)) ?? character;
    folded.set(character, fold);
  }
  return fold;
}
