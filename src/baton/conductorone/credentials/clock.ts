// Whether the clock of this machine is why ConductorOne refuses an assertion, which is only valid for minutes.

/** An assertion is valid from two minutes before until two minutes after its issue; a server may allow for less. */
const offMinMs = 60_000;

const unitsMs = [
  ['day', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const;

/**
 * Compares the `Date` of a response with the clock.
 * @returns A clause about a clock that is off by a minute or more; undefined if it is not, or if that is unknown.
 */
export function explainClock(
  date: string | readonly string[] | undefined,
  sentAtMs: number,
  receivedAtMs: number,
): string | undefined {
  const thereMs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  // The header has whole seconds, and was written at some time in between.
  const behindMs = thereMs - receivedAtMs;
  const aheadMs = sentAtMs - (thereMs + 1000);
  const offMs = Math.max(behindMs, aheadMs);
  // Also without a date: NaN.
  if (!(offMs >= offMinMs)) return undefined;
  const here = new Date(receivedAtMs).toISOString();
  const there = new Date(thereMs).toISOString();
  return `this machine's clock is ${describeMs(offMs)} ${behindMs > 0 ? 'behind' : 'ahead'} (${shorten(here)} here, ${shorten(there)} there)`;
}

function describeMs(durationMs: number): string {
  const [name, unitMs] = unitsMs.find(([, unitMs]) => durationMs >= unitMs) ?? unitsMs[2];
  const count = Math.round(durationMs / unitMs);
  return `${count} ${name}${name === 'day' && count !== 1 ? 's' : ''}`;
}

function shorten(time: string): string {
  return time.replace(/\.\d+Z$/, 'Z');
}
