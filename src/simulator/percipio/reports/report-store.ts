// The lifecycle of report requests: requested, polled while in progress, fetched, expired.
import { type Answer, jsonAnswer, jsonTextAnswer, notFound, type Pieces } from '../http/answer.ts';

/**
 * The body of a report, in any pieces. A function is called for each fetch. Pieces that can be read only once (a
 * generator) give an empty body when the report is fetched again.
 */
export type ReportBody = Pieces | (() => Pieces);

/** What the first polls of a report return, in this order, before it is ready: the number of polls for each. */
export interface ReportPolls {
  /** `{id, status: 'PENDING'}`. Default 1. */
  readonly pending: number;
  /** `{id, status: 'IN_PROGRESS'}`. Default 1. */
  readonly inProgress: number;
  /** `{id, status: 'QUEUED'}`, a status that no document names. Default 0. */
  readonly unknown: number;
  /** Status 200 with an empty body, which means "ask again". Default 0. */
  readonly empty: number;
  /** `{id, status: 'COMPLETED'}`, once the report is made: the rows come after these. Default 0. */
  readonly completed: number;
}

/**
 * The spelling of statuses. Skillsoft's OpenAPI document lists PENDING, IN_PROGRESS, PROCESSED and FAILED, but writes
 * `In_Progress` and `Processed` in its text. A public Baton connector expects COMPLETED.
 */
export interface ReportStatuses {
  readonly pending: string;
  readonly inProgress: string;
  readonly unknown: string;
  readonly completed: string;
  readonly failed: string;
}

export const REPORT_STATUSES: ReportStatuses = {
  pending: 'PENDING',
  inProgress: 'IN_PROGRESS',
  unknown: 'QUEUED',
  completed: 'COMPLETED',
  failed: 'FAILED',
};

/** The name of the id in polls of unfinished reports: Skillsoft's own tools read `reportId`. */
export const REPORT_ID_NAMES = ['id', 'reportId'] as const;
export type ReportIdName = (typeof REPORT_ID_NAMES)[number];

/** The status of the response to a request: the OpenAPI document names both. */
export const REPORT_REQUEST_ANSWERS = [200, 202] as const;
export type ReportRequestAnswers = (typeof REPORT_REQUEST_ANSWERS)[number];

export interface ReportStoreOptions {
  readonly polls: ReportPolls;
  readonly statuses: ReportStatuses;
  readonly idName: ReportIdName;
  readonly requestAnswers: ReportRequestAnswers;
  /** Until this long after the request, a report is IN_PROGRESS however often it is polled. */
  readonly delayMs: number;
  /** After this long, a report is unknown (404). */
  readonly expiryMs: number;
  /** Every report ends as FAILED. */
  readonly fails: boolean;
  readonly idAt: (index: number) => string;
  readonly now: () => number;
}

interface Report {
  readonly id: string;
  readonly requestedMs: number;
  polls: number;
  /** Polls since it is made. */
  completedPolls: number;
  body: ReportBody;
  /** A final status other than success, such as `FAILED`, and more fields of that response. */
  failure: { readonly status: string; readonly [field: string]: unknown } | undefined;
}

export class ReportStore {
  readonly #options: ReportStoreOptions;
  readonly #reports = new Map<string, Report>();
  readonly #next: ((report: Report) => void)[] = [];
  #requested = 0;

  constructor(options: ReportStoreOptions) {
    this.#options = options;
  }

  /** Creates a report, with `body` unless a test has set another one. Returns the response to the request. */
  request(body: ReportBody): { readonly id: string; readonly answer: Answer } {
    const { idAt, now, fails, statuses, requestAnswers } = this.#options;
    const id = idAt(this.#requested);
    this.#requested += 1;
    const failure = fails ? { status: statuses.failed } : undefined;
    const report: Report = { id, requestedMs: now(), polls: 0, completedPolls: 0, body, failure };
    this.#next.shift()?.(report);
    this.#reports.set(id, report);
    return { id, answer: jsonAnswer({ id, status: statuses.pending }, {}, requestAnswers) };
  }

  /** The response to a poll. Throws 404 for unknown or expired reports. */
  poll(id: string): Answer {
    const { polls, statuses, idName, delayMs, now } = this.#options;
    const report = this.#find(id);
    if (report === undefined) {
      throw notFound(`No report request ${id}`);
    }
    const state = (status: string, details = {}): Answer => jsonAnswer({ [idName]: id, status, ...details });
    let poll = report.polls;
    report.polls += 1;
    for (const [status, count] of [
      [statuses.pending, polls.pending],
      [statuses.inProgress, polls.inProgress],
      [statuses.unknown, polls.unknown],
    ] as const) {
      if (poll < count) return state(status);
      poll -= count;
    }
    if (poll < polls.empty) return jsonTextAnswer('');
    if (now() < report.requestedMs + delayMs) return state(statuses.inProgress);
    if (report.failure !== undefined) return state(report.failure.status, report.failure);
    report.completedPolls += 1;
    if (report.completedPolls <= polls.completed) return state(statuses.completed);
    return jsonTextAnswer(typeof report.body === 'function' ? report.body() : report.body);
  }

  /** Sets the body of a report, or of the next one ('next'; several calls queue up). */
  setBody(id: string, body: ReportBody): void {
    this.#change(id, (report) => {
      report.body = body;
      report.failure = undefined;
    });
  }

  /** Makes a report end with a status other than success. Default: as in the option `statuses`. */
  fail(id: string, status = this.#options.statuses.failed, details: Readonly<Record<string, unknown>> = {}): void {
    this.#change(id, (report) => {
      report.failure = { status, ...details };
    });
  }

  /** Makes a report unknown. */
  expire(id: string): void {
    this.#reports.delete(id);
  }

  #change(id: string, change: (report: Report) => void): void {
    if (id === 'next') {
      this.#next.push(change);
      return;
    }
    const report = this.#find(id);
    if (report === undefined) {
      throw new RangeError(`no report ${id} was requested; use 'next' for the next one`);
    }
    change(report);
  }

  #find(id: string): Report | undefined {
    const report = this.#reports.get(id);
    if (report !== undefined && this.#options.now() >= report.requestedMs + this.#options.expiryMs) {
      this.#reports.delete(id);
      return undefined;
    }
    return report;
  }
}
