// Quotes a word of a command line that a person will copy.

/** @returns The text as it is if a POSIX shell takes it for one word, otherwise in single quotes. */
export function quoteForShell(text: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
