// The family reporting: a report is requested, takes minutes to generate, and is then read as a stream.

import { z } from 'zod';
import type { Exchange } from './exchange.ts';
import type { HttpClient, JsonResponse } from './http-client.ts';
import { tryParseJson } from './json.ts';
import { optional } from './lenient.ts';
import { toPathPart } from './path-part.ts';
import { PercipioError } from './percipio-error.ts';
import type { RateLimit } from './rate-limit.ts';
import type { ByteStream, ResponseBody } from './response-body.ts';

/** Which activity to report: between two points in time, or in a time frame that ends now. */
export type ReportPeriod =
  | { readonly start: Date; readonly end: Date }
  | { readonly timeFrame: 'DAY' | 'WEEK' | 'THIRTY_DAYS' | 'CALENDAR_MONTH' };

export type LearningActivityRequest = ReportPeriod & {
  /** Labels of content types, separated by commas: `Course,Assessment`. */
  readonly contentType: string;
  /** JSONata that Percipio applies to the rows. */
  readonly mapping?: string | undefined;
};

/** A requested report. */
export interface RequestedReport {
  readonly id: string;
  readonly status: string;
}

/** The result of polling a report. */
export type ReportPoll =
  | {
      readonly state: 'pending';
      /** As Percipio spells it; undefined for an empty body, which Percipio does send. */
      readonly status: string | undefined;
      /** Whether the status is one that Percipio is known to have. */
      readonly isKnown: boolean;
      readonly rateLimit: RateLimit | undefined;
    }
  | {
      readonly state: 'ready';
      /** A JSON array of rows. It must be read or cancelled: until then it holds a connection. */
      readonly body: ByteStream;
      readonly rateLimit: RateLimit | undefined;
    };

/** Ids are UUIDs. One within a page token or a cursor must fit there. */
export const reportIdLengthMax = 256;

/** `reportId` is the name in Skillsoft's own tools, which read it from polls. */
const requestedReportSchema = z
  .object({ id: optional(z.string()), reportId: optional(z.string()), status: optional(z.string()) })
  .transform(({ id, reportId, status = 'PENDING' }) => ({ id: id || reportId || '', status }))
  .refine(({ id }) => id !== '' && id.length <= reportIdLengthMax, {
    path: ['id'],
    error: 'expected the id of the report',
  });

const reportStatusSchema = z.looseObject({ status: z.string().trim().min(1) });

/**
 * The statuses of a report that is not here yet, without case and separators. PROCESSED, as Skillsoft's OpenAPI document
 * has it, and COMPLETED, as another connector expects it, come before the rows.
 */
const pendingStatuses: ReadonlySet<string> = new Set(['PENDING', 'INPROGRESS', 'PROCESSED', 'COMPLETED']);

/** Only FAILED is documented. The others cannot be followed by a report either, whatever comes after the word. */
const failedStatus = /^(?:FAIL|ERROR|CANCEL|ABORT|REJECT|EXPIRED)/;

/** Otherwise each report also becomes a file on the customer's SFTP server, and its format depends on a header. */
const delivery = { isFileRequiredInSftp: false, formatType: 'JSON' } as const;

/** A status object is a hundred bytes. */
const statusBytesMax = 1024 * 1024;

export class ReportsApi {
  readonly #http: HttpClient;
  readonly #path: string;

  constructor(http: HttpClient, organizationId: string) {
    this.#http = http;
    this.#path = `/reporting/v1/organizations/${toPathPart(organizationId)}/report-requests`;
  }

  /** Requests a learning-activity report. Retried after any transient failure: a second report is a waste but harmless. */
  async requestLearningActivity(
    request: LearningActivityRequest,
    signal: AbortSignal,
  ): Promise<Pick<JsonResponse<RequestedReport>, 'value' | 'rateLimit'>> {
    const { contentType, mapping } = request;
    return await this.#request('learning-activity', { ...toBody(request), contentType, mapping }, signal);
  }

  /**
   * Requests an entitlements report, which Percipio's pages call License Consumption: a row for each collection and each
   * user who has consumed a license of it. Retried like the other one.
   */
  async requestEntitlements(period: ReportPeriod, signal: AbortSignal): Promise<RequestedReport> {
    return (await this.#request('entitlements', toBody(period), signal)).value;
  }

  async #request(
    kind: 'learning-activity' | 'entitlements',
    body: object,
    signal: AbortSignal,
  ): Promise<Pick<JsonResponse<RequestedReport>, 'value' | 'rateLimit'>> {
    const path = `${this.#path}/${kind}`;
    const { value, rateLimit } = await this.#http.json(
      { family: 'reporting', method: 'POST', path, body: { ...body, ...delivery }, retry: 'always' },
      requestedReportSchema,
      signal,
    );
    return { value, rateLimit };
  }

  /**
   * Asks whether a report is ready, and begins to read it if so.
   * @throws PercipioError of kind `report-failed` when Percipio failed to generate it, `report-expired` when it is gone.
   */
  async poll(reportId: string, signal: AbortSignal): Promise<ReportPoll> {
    const path = `${this.#path}/${toPathPart(reportId)}`;
    try {
      return await this.#http.exchange(
        { family: 'reporting', method: 'GET', path, retry: 'always', isStreamed: true },
        signal,
        async ({ body, status, rateLimit }, exchange) => {
          const first = await readFirstByte(body);
          if (first === '[') return { state: 'ready', body, rateLimit };
          if (first === undefined) return { state: 'pending', status: undefined, isKnown: true, rateLimit };
          const { text } = await body.readText(statusBytesMax);
          return { state: 'pending', ...readPendingStatus(text, status, exchange), rateLimit };
        },
      );
    } catch (error) {
      throw error instanceof PercipioError && error.status === 404 ? toExpired(error) : error;
    }
  }
}

function toBody(period: ReportPeriod) {
  return 'timeFrame' in period
    ? { timeFrame: period.timeFrame }
    : { start: period.start.toISOString(), end: period.end.toISOString() };
}

/** The first byte of a body after white space and a byte order mark; the body then begins there. */
async function readFirstByte(body: ResponseBody): Promise<string | undefined> {
  for (let piece = await body.read(); piece !== undefined; piece = await body.read()) {
    const start = piece.findIndex((byte) => !blanks.has(byte));
    if (start >= 0) {
      body.unread(piece.subarray(start));
      return String.fromCharCode(piece[start] ?? 0);
    }
  }
  return undefined;
}

/** JSON's white space, and the bytes of a UTF-8 byte order mark. */
const blanks: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);

/** What is neither a report nor its status, such as a web page or `{}`, passes: Skillsoft's own clients retry it. */
function readPendingStatus(
  text: string,
  httpStatus: number,
  exchange: Exchange,
): { readonly status: string; readonly isKnown: boolean } {
  const { data } = reportStatusSchema.safeParse(tryParseJson(text));
  if (data === undefined) {
    const problem = `answered ${httpStatus} with neither a report nor its status: ${exchange.excerpt(text)}`;
    throw exchange.fail({ kind: 'body', problem, isTransient: true });
  }
  const status = exchange.excerpt(data.status);
  const word = data.status.toUpperCase().replace(/[^A-Z]/g, '');
  if (!failedStatus.test(word)) return { status, isKnown: pendingStatuses.has(word) };
  const reason = describeReason(data, exchange);
  const problem = `reported the report status ${status}${reason === '' ? '' : `: ${reason}`}`;
  throw exchange.fail({ kind: 'report-failed', problem, isTransient: false });
}

/** Whatever a status object says besides the status: no document names the field that has the reason of a failure. */
function describeReason({ id, reportId, status, ...others }: Record<string, unknown>, exchange: Exchange): string {
  const given = Object.entries(others).filter(([, value]) => value !== null && value !== '');
  return given.length === 0 ? '' : exchange.excerpt(JSON.stringify(Object.fromEntries(given)));
}

function toExpired(error: PercipioError): PercipioError {
  const { family, method, url, status, rateLimit, attempts } = error;
  return new PercipioError({
    kind: 'report-expired',
    problem: 'answered 404: the report does not exist or no longer exists; request a new one',
    ...{ family, method, url, status, rateLimit, attempts },
    isTransient: false,
    isUnprocessed: true,
  });
}
