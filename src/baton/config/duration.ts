// Spans of time as people write them in settings: `90d`, `5h`, `1h30m`, `10y`.

const unitsMs = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  // A mean Gregorian year: whole years are right to within a day, whatever leap days they hold.
  y: 31_556_952_000,
} as const;

/** What {@link parseDurationMs} takes, for messages. */
export const durationExamples = '90d, 5h, 1h30m or 10y';

/**
 * Reads a span of time: one or more whole or decimal numbers, each with its unit (ms, s, m for minutes, h, d, w, y).
 * @returns Milliseconds, more than none; nothing when the text is no such thing.
 */
export function parseDurationMs(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhdwy]))+$/.test(text)) return undefined;
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwy])/g)) {
    totalMs += Number(amount) * unitsMs[unit as keyof typeof unitsMs];
  }
  return totalMs > 0 && Number.isSafeInteger(Math.round(totalMs)) ? Math.round(totalMs) : undefined;
}
