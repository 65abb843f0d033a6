// The family user-management: batches of users, which Percipio accepts at once and processes later. Only a batch can force
// a password change, or choose the language of the welcome e-mail.

import type { Exchange } from './exchange.ts';
import { readFieldProblems } from './field-problems.ts';
import type { HttpClient } from './http-client.ts';
import { isJsonObject, type JsonObject, tryParseJson } from './json.ts';
import { toPathPart } from './path-part.ts';
import { type BatchUser, toBatchBody } from './user-changes.ts';

/** The answer for one user has a few hundred bytes. */
const answerBytesMax = 1024 * 1024;

/** What no public document shows: the fields of the handle and of the processing response. So they are read leniently. */
export class BatchUsersApi {
  readonly #http: HttpClient;
  readonly #path: string;
  readonly #onWrite: () => void;

  /** @param onWrite - Called before each write. */
  constructor(http: HttpClient, organizationId: string, onWrite: () => void) {
    this.#http = http;
    this.#path = `/user-management/v1/organizations/${toPathPart(organizationId)}/batch-users-request`;
    this.#onWrite = onWrite;
  }

  /**
   * Requests a batch with one user, who is changed if there is one with this external user id, and created otherwise.
   * Retried only if Percipio certainly did not act on the request.
   * @returns The id of the batch; undefined if the response does not name it.
   * @throws PercipioError
   */
  async request(user: BatchUser, signal: AbortSignal): Promise<string | undefined> {
    this.#onWrite();
    const call = { method: 'POST', path: this.#path, body: [toBatchBody(user)], secret: user.password } as const;
    return await this.#http.exchange(
      { family: 'user-management', retry: 'if-unprocessed', ...call },
      signal,
      async ({ body }) => {
        // The status says that the batch was accepted, even if the response breaks off.
        const { text } = await body.readText(answerBytesMax).catch(() => ({ text: '' }));
        body.cancel();
        return readId(tryParseJson(text));
      },
    );
  }

  /**
   * Asks whether a batch with one user has been processed.
   * @param user - The user: the password is not shown if the response repeats it.
   * @throws PercipioError of kind `batch-failed`, with the problems of the fields, if the user was rejected.
   */
  async poll(id: string, { password }: BatchUser, signal: AbortSignal): Promise<'pending' | 'processed'> {
    const path = `${this.#path}/${toPathPart(id)}`;
    return await this.#http.exchange(
      { family: 'user-management', method: 'GET', path, retry: 'always', secret: password },
      signal,
      async ({ body }, exchange) => {
        const { text } = await body.readText(answerBytesMax);
        body.cancel();
        return readOutcome(tryParseJson(text), exchange);
      },
    );
  }
}

/** The first text under a name that ends in `id`, or a text alone. */
function readId(json: unknown): string | undefined {
  const candidates = isJsonObject(json)
    ? Object.entries(json).flatMap(([name, value]) => (/id$/i.test(name) ? [value] : []))
    : [json];
  return candidates.find((value): value is string => typeof value === 'string' && value.trim() !== '');
}

const failedWord = /^(?:FAIL|ERROR|REJECT|INVALID|CANCEL|ABORT)/;
const pendingWord = /^(?:PENDING|INPROGRESS|PROCESSING|QUEUED|ACCEPTED|RECEIVED|SUBMITTED|STARTED|RUNNING|NEW)$/;
const processedWord = /^(?:PROCESSED|COMPLETED?|SUCCE\w+|DONE|FINISHED)$/;

/** The response is a list of results, or an object with a status, which may have such a list. Anything else is pending. */
function readOutcome(json: unknown, exchange: Exchange): 'pending' | 'processed' {
  const results = Array.isArray(json) ? json : isJsonObject(json) ? Object.values(json).find(isResults) : undefined;
  const failed = [json, ...(results ?? [])].filter(isJsonObject).find(hasFailed);
  if (failed) {
    const text = JSON.stringify(failed);
    throw exchange.fail({
      kind: 'batch-failed',
      problem: `reported that the batch failed: ${exchange.excerpt(text)}`,
      isTransient: false,
      fieldProblems: readFieldProblems(text),
    });
  }
  const word = isJsonObject(json) ? wordOf(json.status) : '';
  if (pendingWord.test(word)) return 'pending';
  return results !== undefined || processedWord.test(word) ? 'processed' : 'pending';
}

function isResults(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.some(isJsonObject);
}

function hasFailed({ status, errors }: JsonObject): boolean {
  return failedWord.test(wordOf(status)) || (Array.isArray(errors) && errors.length > 0);
}

/** Statuses are compared without case and separators. */
function wordOf(status: unknown): string {
  return typeof status === 'string' ? status.toUpperCase().replace(/[^A-Z]/g, '') : '';
}
