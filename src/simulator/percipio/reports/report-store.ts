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
  /** Status 200 with an empty body, which means "ask again". Default 0. */
  readonly empty: number;
}

export interface ReportStoreOptions {
  readonly polls: ReportPolls;
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
  body: ReportBody;
  /** A final status other than success, such as `FAILED`. */
  failure: string | undefined;
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
  request(body: ReportBody): Answer {
    const { idAt, now, fails } = this.#options;
    const id = idAt(this.#requested);
    this.#requested += 1;
    const report: Report = { id, requestedMs: now(), polls: 0, body, failure: fails ? 'FAILED' : undefined };
    this.#next.shift()?.(report);
    this.#reports.set(id, report);
    return jsonAnswer({ id, status: 'PENDING' });
  }

  /** The response to a poll. Throws 404 for unknown or expired reports. */
  poll(id: string): Answer {
    const { polls, delayMs, now } = this.#options;
    const report = this.#find(id);
    if (report === undefined) {
      throw notFound(`No report request ${id}`);
    }
    const poll = report.polls;
    report.polls += 1;
    const state = (status: string): Answer => jsonAnswer({ id, status });
    if (poll < polls.pending) return state('PENDING');
    if (poll < polls.pending + polls.inProgress) return state('IN_PROGRESS');
    if (poll < polls.pending + polls.inProgress + polls.empty) return jsonTextAnswer('');
    if (now() < report.requestedMs + delayMs) return state('IN_PROGRESS');
    if (report.failure !== undefined) return state(report.failure);
    return jsonTextAnswer(typeof report.body === 'function' ? report.body() : report.body);
  }

  /** Sets the body of a report, or of the next one ('next'; several calls queue up). */
  setBody(id: string, body: ReportBody): void {
    this.#change(id, (report) => {
      report.body = body;
      report.failure = undefined;
    });
  }

  /** Makes a report end with a status other than success. */
  fail(id: string, status: string): void {
    this.#change(id, (report) => {
      report.failure = status;
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
