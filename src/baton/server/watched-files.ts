// What is read from files, and again when they change. They are polled: secrets are mounted as links that other links
// replace, and network file systems report no changes.
import { stat } from 'node:fs/promises';
import type { Logger } from 'pino';
import { describeError } from '../log/describe-error.ts';

export interface WatchOptions<Value> {
  /** For the log, such as `caller token`. */
  readonly name: string;
  readonly paths: readonly string[];
  /** Reads and checks the files. Its errors are for the operator. */
  read(): Promise<Value>;
  readonly logger: Logger;
  /** Default: 1 second. */
  readonly intervalMs?: number;
}

export class WatchedFiles<Value> {
  readonly #options: WatchOptions<Value>;
  readonly #timer: NodeJS.Timeout;
  #value: Value;
  #identity: string;
  #isPolling = false;
  /** Gets each new value. */
  onChange: ((value: Value) => void) | undefined;

  private constructor(options: WatchOptions<Value>, value: Value, identity: string) {
    this.#options = options;
    this.#value = value;
    this.#identity = identity;
    this.#timer = setInterval(() => void this.#poll(), options.intervalMs ?? 1000).unref();
  }

  /** Reads the files, and watches them until {@link close}. @throws what `read` throws. */
  static async open<Value>(options: WatchOptions<Value>): Promise<WatchedFiles<Value>> {
    // A change after this shows at the first poll.
    const identity = await identify(options.paths);
    return new WatchedFiles(options, await options.read(), identity);
  }

  get paths(): readonly string[] {
    return this.#options.paths;
  }

  /** The last value that could be read. */
  get value(): Value {
    return this.#value;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #poll(): Promise<void> {
    if (this.#isPolling) return;
    this.#isPolling = true;
    const { paths, name, logger } = this.#options;
    const identity = await identify(paths);
    if (identity !== this.#identity) {
      this.#identity = identity;
      await this.#reload().then(
        () => logger.info({ paths }, `read the changed ${name}`),
        (error) =>
          logger.error(
            { paths, error: describeError(error) },
            `cannot use the changed ${name}; still using the previous contents`,
          ),
      );
    }
    this.#isPolling = false;
  }

  async #reload(): Promise<void> {
    this.#value = await this.#options.read();
    this.onChange?.(this.#value);
  }
}

/** What changes when somebody changes, replaces or removes one of the files. */
async function identify(paths: readonly string[]): Promise<string> {
  const found = paths.map(async (path) => {
    const file = await stat(path, { bigint: true }).catch(() => undefined);
    return file ? [file.dev, file.ino, file.size, file.mtimeNs, file.ctimeNs, file.mode].join(' ') : '';
  });
  return (await Promise.all(found)).join('\n');
}
