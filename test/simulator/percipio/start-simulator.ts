// Starts simulators for tests, and calls them as a client does: without decoding, so that tests see the wire.
import { request } from 'undici';
import { type PercipioSimulator, startPercipioSimulator } from '../../../src/simulator/percipio/percipio-simulator.ts';
import type { PercipioSimulatorOptions } from '../../../src/simulator/percipio/simulator-options.ts';
import type { Lifetime } from '../../lifetime.ts';

/** A simulator that is closed when the test ends. */
export async function startSimulator(t: Lifetime, options: PercipioSimulatorOptions = {}): Promise<PercipioSimulator> {
  const simulator = await startPercipioSimulator(options);
  t.after(() => simulator.close());
  return simulator;
}

export interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the simulator's own; null: no header. */
  readonly token?: string | null;
  readonly signal?: AbortSignal;
}

export interface Called {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of an answer by asserting on it.
  readonly json: any;
}

/** Calls and reads the whole body. `{org}` in the path stands for the simulator's organization. */
export async function call(simulator: PercipioSimulator, path: string, options: CallOptions = {}): Promise<Called> {
  const token = options.token === undefined ? simulator.token : options.token;
  const body = options.text ?? (options.body === undefined ? null : JSON.stringify(options.body));
  const answer = await request(simulator.url + path.replace('{org}', simulator.organizationId), {
    method: options.method ?? 'GET',
    headers: { ...(token !== null && { authorization: `Bearer ${token}` }), ...options.headers },
    body,
    ...(options.signal && { signal: options.signal }),
  });
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  const text = bytes.toString();
  return {
    status: answer.statusCode,
    headers: answer.headers,
    bytes,
    text,
    get json() {
      return JSON.parse(text);
    },
  };
}

export const USERS = '/user-management/v1/organizations/{org}/users';
export const CATALOG = '/content-discovery/v2/organizations/{org}/catalog-content';
export const COMPLIANCE = '/content-discovery/v1/organizations/{org}/compliance-content';
export const SEARCH = '/content-discovery/v1/organizations/{org}/search-content';
export const REPORTS = '/reporting/v1/organizations/{org}/report-requests';
export const LEARNING_ACTIVITY = `${REPORTS}/learning-activity`;

/** A request for all rows on courses and assessments. */
export const ALL_ACTIVITY = {
  start: '2015-01-01T00:00:00Z',
  end: '2030-01-01T00:00:00Z',
  contentType: 'Course,Assessment',
};

/** Requests a report, and returns the path to poll. */
export async function requestReport(simulator: PercipioSimulator, body: unknown = ALL_ACTIVITY): Promise<string> {
  const { json } = await call(simulator, LEARNING_ACTIVITY, { method: 'POST', body });
  return `${REPORTS}/${json.id}`;
}

/** Options for reports that are ready at the first poll. */
export const READY_AT_ONCE = { reportPolls: { pending: 0, inProgress: 0 } };
