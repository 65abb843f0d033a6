// The generations of a hosted connector: each is built for a version of the config. A call may name a newer version.
import type { Logger } from 'pino';
import { Code, ServiceError } from '../../author/service-error.ts';
import { describeError } from '../../log/describe-error.ts';
import { untilAborted, withTimeLimit } from '../../net/abort.ts';

/** A connector that was built for a config. */
export interface Generation {
  /** What ConductorOne calls the version of its config. */
  readonly version: string;
  /** Ends the connector, once none of its calls runs. */
  close(): Promise<void>;
}

export interface GenerationsOptions<Built extends Generation> {
  /** Fetches a version of the config and builds the connector for it. */
  readonly build: (version: string) => Promise<Built>;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  now?(): number;
  /** How long a former generation may take to close. Default: as in Go. Only tests shorten it. */
  readonly closeTimeoutMs?: number;
}

/** How soon after a change of the config there may be another, to any version. */
const anyChangeAfterMs = 1000;
/** How soon the same version may be asked for again: ConductorOne answered with another one. */
const sameVersionAfterMs = 5000;
const closeTimeoutMsDefault = 10_000;

/**
 * Holds the current generation, and replaces it (pkg/cli/lambda_server__added.go of baton-sdk v0.25.0). Calls come one
 * after the other, so none runs while it is replaced.
 */
export class Generations<Built extends Generation> {
  readonly #options: GenerationsOptions<Built>;
  readonly #now: () => number;
  #current: Built;
  /** The last change: when, and to which version it should have been. */
  #changed: { readonly at: number; readonly version: string } | undefined;
  #warnedAt = 0;

  private constructor(first: Built, options: GenerationsOptions<Built>) {
    this.#current = first;
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** Builds the first generation. @throws what `build` throws */
  static async start<Built extends Generation>(options: GenerationsOptions<Built>): Promise<Generations<Built>> {
    return new Generations(await options.build(''), options);
  }

  /**
   * The generation for a call.
   * @param version - That the call names, if it does.
   * @throws ServiceError UNAVAILABLE when a new version cannot be used. The former generation stays, and the next call
   * tries again.
   */
  async for(version: string | undefined): Promise<Built> {
    if (!version || version === this.#current.version || this.#isTooSoon(version)) return this.#current;
    let next: Built;
    try {
      next = await this.#options.build(version);
    } catch (cause) {
      // The text of the Go runtime.
      const message = `lambda-run: failed to reload connector config: ${describeError(cause)}`;
      throw new ServiceError(Code.Unavailable, message, { reason: 'no_hosted_config', cause });
    }
    const former = this.#current;
    this.#current = next;
    this.#changed = { at: this.#now(), version };
    this.#options.logger.info({ version: next.version, former_version: former.version }, 'config changed');
    await this.#closeFormer(former);
    return next;
  }

  async close(): Promise<void> {
    await this.#current.close();
  }

  #isTooSoon(version: string): boolean {
    if (!this.#changed) return false;
    const ageMs = Math.abs(this.#now() - this.#changed.at);
    if (ageMs < anyChangeAfterMs) return true;
    if (version !== this.#changed.version || ageMs >= sameVersionAfterMs) return false;
    if (Math.abs(this.#now() - this.#warnedAt) >= sameVersionAfterMs) {
      this.#warnedAt = this.#now();
      this.#options.logger.warn(
        { version, current_version: this.#current.version },
        'ConductorOne asks for a version of the config that it did not send',
      );
    }
    return true;
  }

  async #closeFormer(former: Built): Promise<void> {
    const { closeTimeoutMs: timeoutMs = closeTimeoutMsDefault } = this.#options;
    const timeoutError = () => new Error(`it did not end within ${timeoutMs / 1000} s`);
    try {
      await withTimeLimit({ timeoutMs, timeoutError }, (signal) => untilAborted(former.close(), signal));
    } catch (error) {
      this.#options.logger.warn({ error, version: former.version }, 'cannot close the connector of the former config');
    }
  }
}
