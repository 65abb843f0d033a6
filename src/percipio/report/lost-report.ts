// Recognizes the failure of a report that Percipio does not have, so that another one must be requested.
import { ServiceError } from 'baton-connector-sdk';
import { PercipioError } from '../api/percipio-error.ts';

/** The failure that says that Percipio has no such report, so that a new one must be requested; undefined for any other. */
export function lostReportError(error: unknown): PercipioError | undefined {
  const failure = error instanceof ServiceError ? error.cause : error;
  const isLost = failure instanceof PercipioError && ['report-failed', 'report-expired'].includes(failure.kind);
  return isLost ? failure : undefined;
}
