// Quotes and line breaks around a value, which tools leave there that do not read them as a shell does.

/** The text within a pair of quotes of the same kind; without such a pair, the text. */
export function unquote(text: string, quotes = `"'`): string {
  const [first = ''] = text;
  return text.length > 1 && quotes.includes(first) && text.endsWith(first) ? text.slice(1, -1) : text;
}

/** Reads a variable without a flag, such as `BATON_TMPDIR`. An empty one counts as not set. */
export function readVariable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return unquote((env[name] ?? '').trim()) || undefined;
}
