// SQLite's order of texts.

/** Compares well-formed strings by their bytes in UTF-8, which is SQLite's order. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return utf8Rank(x) - utf8Rank(y);
  }
  return a.length - b.length;
}

/** In UTF-8 the characters of surrogate pairs sort last; in UTF-16, U+E000 to U+FFFF sort after them. */
function utf8Rank(unit: number): number {
  return unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
