// Small requests that show what the service account may do: for those who ask often, and sync nothing.
import type { PercipioClient } from '../api/percipio-client.ts';
import type { ProbedFamily } from '../api/probes.ts';

/** A health endpoint is asked every few seconds, and a permission is taken away once in a year. */
const goodForMs = 15 * 60_000;

export interface PermissionChecksOptions {
  readonly client: () => PercipioClient;
  readonly now: () => number;
}

/** Remembers which API families were permitted, until Percipio refuses anything. */
export class PermissionChecks {
  readonly #options: PermissionChecksOptions;
  readonly #goodUntil = new Map<ProbedFamily, number>();
  #refusals = 0;

  constructor(options: PermissionChecksOptions) {
    this.#options = options;
  }

  /**
   * Asks a family for something small, unless it has permitted that lately.
   * @throws PercipioError with status 401 or 403 when it is not permitted, or with what else went wrong.
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
