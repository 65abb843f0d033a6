// Durations as users write them in settings: `90d`, `5h`, `1h30m`, `10y`.

const unitsMs = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  // A mean Gregorian year: whole years are exact to within a day, whatever their leap days.
  y: 31_556_952_000,
} as const;

/** Examples of what {@link parseDurationMs} accepts, for messages. */
export const durationExamples = '90d, 5h, 1h30m or 10y';

/**
 * Parses a duration: one or more decimal numbers, each with its unit (ms, s, m for minutes, h, d, w, y).
 * @returns Milliseconds, more than 0; undefined for any other text.
 */
export function parseDurationMs(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhdwy]))+$/.test(text)) return undefined;
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwy])/g)) {
    totalMs += Number(amount) * unitsMs[unit as keyof typeof unitsMs];
  }
  return totalMs > 0 && Number.isSafeInteger(Math.round(totalMs)) ? Math.round(totalMs) : undefined;
}
