// Makes text from outside safe to show: it must not control a terminal, forge a line, or change the order of what is read.

/** Controls, invisible and bidirectional format characters, separators of lines and paragraphs, half surrogate pairs. */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Escapes control and format characters as JSON does: `\n`, `\u001b`, `\u202e`. So JSON stays the same JSON.
 * @param text - One line: a line break in it is escaped, too.
 */
export function escapeControls(text: string): string {
  return text.replace(unsafe, (character) => short[character] ?? escapeUnits(character));
}

/** The same for text of several lines, such as a stack or lines of JSON: line breaks stay. */
export function escapeLines(text: string): string {
  return text.replace(unsafe, (character) =>
    character === '\n' ? character : (short[character] ?? escapeUnits(character)),
  );
}

function escapeUnits(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    const hex = character.charCodeAt(index).toString(16);
    return `\\u${hex.padStart(4, '0')}`;
  }).join('');
}
