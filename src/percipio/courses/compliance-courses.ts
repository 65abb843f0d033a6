// The listing of compliance courses, which license pools, and so perhaps the catalog, do not include.
import type { Context } from 'baton-connector-sdk';
import { type CatalogPage, type CompliancePageRequest, catalogPageSizeMax } from '../api/content.ts';
import { isRefused } from '../api/percipio-error.ts';
import type { PercipioContext } from '../context.ts';
import { asService } from '../service-errors.ts';

type Reporting = Pick<Context, 'signal' | 'reporter'>;

/**
 * One page of the listing; undefined if Percipio has no such listing for the service account. That is a warning: all
 * other courses can be synced.
 */
export async function readComplianceCourses(
  { client }: PercipioContext,
  { offset, firstTotal }: Pick<CompliancePageRequest, 'offset' | 'firstTotal'>,
  { signal, reporter }: Reporting,
): Promise<CatalogPage | undefined> {
  return await asService(signal, async (signal) => {
    try {
      return await client().content.listCompliance({ max: catalogPageSizeMax, offset, firstTotal }, signal);
    } catch (error) {
      // A later page that is refused is a lost page.
      if (offset > 0 || !isRefused(error)) throw error;
      reporter.warn(
        `compliance courses are not synced: ${error.message}. Give the service account of the API token the permission to list them, or set --skip-compliance-courses`,
      );
      reporter.countSkipped(`listings of compliance courses that Percipio refused with ${error.status}`);
      return undefined;
    }
  });
}
