// Log lines for people at a terminal.

/**
 * Formats a line of the JSON log: time of day in UTC, level, message, and the other fields as `key=value`. A stack goes
 * on lines of its own.
 */
export function formatConsoleLine(line: string): string {
  const { ts, level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const time = typeof ts === 'number' ? new Date(ts * 1000).toISOString().slice(11, 23) : '';
  const stacks: string[] = [];
  const pairs: string[] = [];
  for (const [key, value] of Object.entries(fields)) {
    if (key.endsWith('Stack') && typeof value === 'string') stacks.push(value);
    else pairs.push(`${key}=${formatValue(value)}`);
  }
  const head = [time, String(level).toUpperCase().padEnd(5), ...(msg === undefined ? [] : [msg]), ...pairs].join(' ');
  return `${[head, ...stacks].join('\n')}\n`;
}

function formatValue(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
