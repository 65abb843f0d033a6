// Report requests for learning activity and entitlements, and the polls of both.
import type { ActivityFilter } from '../activity/activity-rows.ts';
import type { Pieces } from '../http/answer.ts';
import { notSimulated } from '../http/answer.ts';
import type { Route } from '../http/router.ts';
import type { SimulatedData } from '../organization/api-objects.ts';
import { COLLECTION_NAMES } from '../organization/common-data.ts';
import { readActivityRequest } from '../reports/activity-request.ts';
import { mapReport, readReportMapping } from '../reports/report-mapping.ts';
import type { ReportStore } from '../reports/report-store.ts';

const REPORTS_PATH = '/reporting/v1/organizations/:organizationId/report-requests';

export interface ReportRoutesOptions {
  readonly data: SimulatedData;
  readonly store: ReportStore;
  /** Makes the body of a learning-activity report as of now; it can be fetched several times. */
  readonly makeActivityReport: (filter: ActivityFilter) => () => Pieces;
  readonly now: () => number;
}

export function reportRequestRoutes({ data, store, makeActivityReport, now }: ReportRoutesOptions): Route[] {
  return [
    {
      method: 'POST',
      path: `${REPORTS_PATH}/learning-activity`,
      handle: ({ body }) => {
        const makeReport = makeActivityReport(readActivityRequest(body, now()));
        const { mapping: text } = body as { readonly mapping?: unknown };
        if (typeof text !== 'string' || text === '') {
          return store.request(makeReport);
        }
        const mapping = readReportMapping(text);
        return store.request(() => mapReport(makeReport(), mapping));
      },
    },
    {
      method: 'POST',
      path: `${REPORTS_PATH}/entitlements`,
      handle: ({ body }) => {
        const { audience, user, collection } = (body ?? {}) as Readonly<Record<string, unknown>>;
        if (String(audience ?? 'ALL').toUpperCase() !== 'ALL' || user !== undefined || collection !== undefined) {
          throw notSimulated('entitlement reports on a single audience, user or collection');
        }
        return store.request(() => entitlementRows(data));
      },
    },
    { method: 'GET', path: `${REPORTS_PATH}/:reportId`, handle: ({ params }) => store.poll(params.reportId ?? '') },
  ];
}

/** Each user is entitled to the first collection, and every third user to the second. */
function* entitlementRows(data: SimulatedData): Generator<string> {
  let separator = '[';
  for (const [index, user] of data.users.entries()) {
    for (const collection of COLLECTION_NAMES.slice(0, index % 3 === 0 ? 2 : 1)) {
      const row = {
        collection,
        userId: user.loginName ?? user.externalUserId ?? user.id,
        firstName: user.firstName ?? '',
        lastName: user.lastName ?? '',
        emailAddress: user.email ?? '',
        entitledByAudience: 'All Users',
        consumed: index % 2 === 0 ? 'Yes' : 'No',
      };
      yield separator + JSON.stringify(row);
      separator = ',';
    }
  }
  yield separator === '[' ? '[]' : ']';
}
