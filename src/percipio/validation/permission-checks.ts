// Small requests that test the permissions of the service account, for callers that validate often and do not sync.
import type { PercipioClient } from '../api/percipio-client.ts';
import type { ProbedFamily } from '../api/probes.ts';

/** A health endpoint is called every few seconds, and a permission is revoked once a year. */
const goodForMs = 15 * 60_000;

interface PermissionChecksOptions {
  readonly client: () => PercipioClient;
  readonly now: () => number;
}

/** Caches which API families were permitted, until Percipio refuses a request. */
export class PermissionChecks {
  readonly #options: PermissionChecksOptions;
  readonly #goodUntil = new Map<ProbedFamily, number>();
  #refusals = 0;

  constructor(options: PermissionChecksOptions) {
    this.#options = options;
  }

  /**
   * Makes a small request to a family, unless one was permitted recently.
   * @throws PercipioError with status 401 or 403 when it is not permitted, or with any other failure.
   */
  async check(family: ProbedFamily, signal: AbortSignal): Promise<void> {
    const { client, now } = this.#options;
    const { refusals } = client().statistics();
    if (refusals !== this.#refusals) {
      this.#refusals = refusals;
      this.#goodUntil.clear();
    }
    if (now() < (this.#goodUntil.get(family) ?? 0)) {
      return;
    }
    await client().probes.probe(family, signal);
    this.#goodUntil.set(family, now() + goodForMs);
  }
}
