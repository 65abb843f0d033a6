// A failure in a few words, for people who watch a program wait.
import { formatSpan } from 'baton-connector-sdk/http';
import type { PercipioError, PercipioErrorKind } from './percipio-error.ts';

const phrases: Readonly<Record<Exclude<PercipioErrorKind, 'http'>, string>> = {
  aborted: 'Percipio was not asked',
  'batch-failed': 'Percipio rejected the batch',
  body: 'Percipio sent a broken response',
  network: 'Percipio cannot be reached',
  'report-expired': 'Percipio has no such report',
  'report-failed': 'Percipio could not generate the report',
  timeout: 'Percipio did not respond in time',
};

/** `Percipio asked to wait 60 min (429)`, `Percipio answered 503`, `Percipio cannot be reached`. */
export function describeShortly({ kind, status, retryAfterMs }: PercipioError): string {
  if (kind !== 'http') return phrases[kind];
  if (retryAfterMs === undefined || retryAfterMs <= 0) return `Percipio answered ${status}`;
  return `Percipio asked to wait ${formatSpan(retryAfterMs)}${status === undefined ? '' : ` (${status})`}`;
}
