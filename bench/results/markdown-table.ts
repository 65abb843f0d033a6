// Formats a Markdown table.

/** @param columns - Titles; those that begin with `>` are right-aligned, for numbers. */
export function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const titles = columns.map((column) => column.replace(/^>/, ''));
  const sides = columns.map((column) => (column.startsWith('>') ? '---:' : '---'));
  return [titles, sides, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
