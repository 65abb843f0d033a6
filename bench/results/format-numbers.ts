// Formats numbers for the results. A missing figure is a dash.

const none = '–';

/** Rounded to the digits that are meaningful: `12.3`, `0.87`, `474`, `1,234`. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) {
    return none;
  }
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function formatSeconds(ms: number): string {
  return formatNumber(ms / 1000);
}

/** In millions of bytes. */
export function formatMegabytes(bytes: number): string {
  return formatNumber(bytes / 1e6);
}

export function formatCount(count: number | undefined): string {
  return count === undefined ? none : count.toLocaleString('en-US');
}

export function formatPercent(share: number): string {
  return Number.isFinite(share) ? `${Math.round(share * 100)} %` : none;
}

export function formatRatio(ratio: number): string {
  return Number.isFinite(ratio) ? `${formatNumber(ratio)}×` : none;
}
