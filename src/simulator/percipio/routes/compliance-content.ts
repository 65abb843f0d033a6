// GET of the compliance courses. License pools, and so perhaps the catalog, do not include them.
import { ApiError, jsonAnswer, notFound } from '../http/answer.ts';
import { readPage } from '../http/query.ts';
import type { Route } from '../http/router.ts';
import type { ListEntries } from '../odd/odd-value.ts';
import type { SimulatedData } from '../organization/api-objects.ts';

const PAGE_SIZE_DEFAULT = 1000;

/** The status: 403 as without permission, 404 as in an organization without compliance content. */
export const COMPLIANCE_ANSWERS = [200, 403, 404] as const;
export type ComplianceAnswers = (typeof COMPLIANCE_ANSWERS)[number];

interface ComplianceOptions {
  readonly complianceAnswers: ComplianceAnswers;
  readonly listed: ListEntries;
}

/**
 * Only `offset` and `max` are documented: no total, no link, no paging request. The last page is the one that is short or
 * is followed by an empty one.
 */
export function complianceContentRoutes(data: SimulatedData, options: ComplianceOptions): Route[] {
  const { complianceAnswers: answers, listed } = options;
  return [
    {
      method: 'GET',
      path: '/content-discovery/v1/organizations/:organizationId/compliance-content',
      handle: ({ query }) => {
        if (answers === 403) {
          throw new ApiError(403, 'The service account has no permission for compliance content');
        }
        if (answers === 404) {
          throw notFound('The organization has no compliance content');
        }
        const { max, offset } = readPage(query, PAGE_SIZE_DEFAULT);
        return jsonAnswer(listed(data.complianceCourses).slice(offset, offset + max));
      },
    },
  ];
}
