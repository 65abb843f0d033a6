// Report requests for learning activity and entitlements, and the polls of both.
import type { ActivityFilter } from '../activity/activity-rows.ts';
import type { Answer, Pieces } from '../http/answer.ts';
import type { Route, RouteRequest } from '../http/router.ts';
import type { SimulatedData } from '../organization/api-objects.ts';
import { readActivityRequest, readFields } from '../reports/activity-request.ts';
import { entitlementReport, readEntitlementRequest } from '../reports/entitlement-report.ts';
import { type ReportRequest, readReportDelivery } from '../reports/report-delivery.ts';
import { mapReport, readReportMapping } from '../reports/report-mapping.ts';
import type { ReportBody, ReportStore } from '../reports/report-store.ts';

const REPORTS_PATH = '/reporting/v1/organizations/:organizationId/report-requests';

export interface ReportRoutesOptions {
  readonly data: SimulatedData;
  readonly store: ReportStore;
  /** Every accepted request is added here. */
  readonly requests: ReportRequest[];
  /** Makes the body of a learning-activity report as of now; it can be fetched several times. */
  readonly makeActivityReport: (filter: ActivityFilter) => () => Pieces;
  readonly now: () => number;
}

export function reportRequestRoutes(options: ReportRoutesOptions): Route[] {
  const { data, store, requests, makeActivityReport, now } = options;

  const accept = (kind: ReportRequest['kind'], { accept: header }: RouteRequest, fields: Fields, body: ReportBody) => {
    const delivery = readReportDelivery(fields, header);
    const { id, answer } = store.request(body);
    requests.push({ reportId: id, kind, ...delivery });
    return answer;
  };

  return [
    {
      method: 'POST',
      path: `${REPORTS_PATH}/learning-activity`,
      handle: (request): Answer => {
        const fields = readFields(request.body);
        const makeReport = makeActivityReport(readActivityRequest(fields, now()));
        const { mapping: text } = fields;
        if (typeof text !== 'string' || text === '') {
          return accept('learning-activity', request, fields, makeReport);
        }
        const mapping = readReportMapping(text);
        return accept('learning-activity', request, fields, () => mapReport(makeReport(), mapping));
      },
    },
    {
      method: 'POST',
      path: `${REPORTS_PATH}/entitlements`,
      handle: (request): Answer => {
        const fields = readFields(request.body ?? {});
        const filter = readEntitlementRequest(fields, now());
        return accept('entitlements', request, fields, () => entitlementReport(data, filter));
      },
    },
    { method: 'GET', path: `${REPORTS_PATH}/:reportId`, handle: ({ params }) => store.poll(params.reportId ?? '') },
  ];
}

type Fields = Readonly<Record<string, unknown>>;
