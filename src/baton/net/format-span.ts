// A time to come as people read it.

/** How long something will take, or may: `40 s`, `60 min`, `5 h`, `2 h 30 min`, `3 days`. */
export function formatSpan(durationMs: number): string {
  const seconds = Math.ceil(Math.max(0, durationMs) / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  if (minutes >= 48 * 60) return `${Math.round(minutes / 1440)} days`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
