// Batches of user writes, which are accepted immediately and processed later.
//
// Documented (in a client generated from Skillsoft's OpenAPI document): the request is a list of users and returns a
// handle; a poll of the handle returns "the processing response"; the fields of a user, `newPassword` among them, and the
// languages. Assumed, because no public source shows it: the fields of the handle and of the response (modeled on those
// of reports); a batch finds users by external id, otherwise by login name, and creates missing ones; only new users get
// a welcome e-mail, as with single writes.
import { type Answer, ApiError, jsonAnswer, notFound, unprocessable } from '../http/answer.ts';
import { infoOf } from './user-fields.ts';
import type { UserStore } from './user-store.ts';

const LANGUAGES = ['en', 'es', 'de', 'fr', 'pt', 'ja', 'zh'];

/** What the poll of a finished batch returns: `{id, status: 'PROCESSED', users}`, or the list of users itself. */
export const BATCH_FORMS = ['object', 'list'] as const;
export type BatchForm = (typeof BATCH_FORMS)[number];

interface BatchOptions {
  /** How many polls return IN_PROGRESS, even if the batch has been processed. */
  readonly polls: number;
  /** The delay before a batch is processed, in ms of `now`. */
  readonly delayMs: number;
  readonly form: BatchForm;
  readonly idAt: (index: number) => string;
  readonly now: () => number;
}

interface Batch {
  readonly id: string;
  readonly users: readonly Fields[];
  readonly requestedMs: number;
  polls: number;
  results: readonly unknown[] | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

export class BatchRequests {
  readonly #store: UserStore;
  readonly #options: BatchOptions;
  readonly #batches = new Map<string, Batch>();

  constructor(store: UserStore, options: BatchOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** Accepts a batch. Throws 422 unless it is a list of objects. Errors of single users appear in the poll's response. */
  request(body: unknown): Answer {
    if (!Array.isArray(body) || !body.every((user) => typeof user === 'object' && user !== null)) {
      throw unprocessable('the body must be a list of users');
    }
    const id = this.#options.idAt(this.#batches.size);
    const requestedMs = this.#options.now();
    this.#batches.set(id, { id, users: body as Fields[], requestedMs, polls: 0, results: undefined });
    this.settle();
    return jsonAnswer({ id, status: 'PENDING' }, {}, 202);
  }

  /** Throws 404 for an unknown id. */
  poll(id: string): Answer {
    this.settle();
    const batch = this.#batches.get(id);
    if (batch === undefined) {
      throw notFound(`No batch users request ${id}`);
    }
    batch.polls += 1;
    if (batch.results === undefined || batch.polls <= this.#options.polls) {
      return jsonAnswer({ id, status: 'IN_PROGRESS' });
    }
    const { results } = batch;
    return jsonAnswer(this.#options.form === 'list' ? results : { id, status: 'PROCESSED', users: results });
  }

  /** Processes the batches that are due, oldest first. */
  settle(): void {
    const { delayMs, now } = this.#options;
    for (const batch of this.#batches.values()) {
      if (batch.results === undefined && now() >= batch.requestedMs + delayMs) {
        batch.results = batch.users.map((user) => this.#write(user));
      }
    }
  }

  #write(fields: Fields): unknown {
    const { externalUserId = null, loginName = null } = fields;
    try {
      const { id } = this.#upsert(fields);
      return { id, externalUserId, loginName, status: 'SUCCESS' };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const errors = [{ code: 'INVALID_FIELD_VALUE', additionalInfo: error.additionalInfo ?? error.message }];
      return { externalUserId, loginName, status: 'FAILED', errors };
    }
  }

  #upsert(fields: Fields): { readonly id: string } {
    const { newPassword, mustResetPassword = false, welcomeEmailLanguage, password: _unknown, ...body } = fields;
    if (typeof mustResetPassword !== 'boolean') {
      throw unprocessable('mustResetPassword must be true or false', infoOf('mustResetPassword', 'is_invalid'));
    }
    if (welcomeEmailLanguage !== undefined && !LANGUAGES.includes(String(welcomeEmailLanguage))) {
      throw unprocessable(
        `welcomeEmailLanguage must be one of ${LANGUAGES.join(', ')}`,
        infoOf('welcomeEmailLanguage', 'is_invalid'),
      );
    }
    return this.#store.upsert(
      { ...body, ...(newPassword !== undefined && { password: newPassword }) },
      { mustResetPassword, language: welcomeEmailLanguage === undefined ? undefined : String(welcomeEmailLanguage) },
    );
  }
}
