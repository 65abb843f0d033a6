// Sends what OpenTelemetry's SDK has batched. A collector that is down, slow or refuses costs what is in the queues, which
// are bounded, and one warning: never the work that is reported on.
import type { ExportResult } from '@opentelemetry/core';
import type { ISerializer } from '@opentelemetry/otlp-transformer';
import type { Logger } from 'pino';
import { Code } from '../author/code.ts';
import { withTimeLimit } from '../net/abort.ts';
import { ConnectionError } from '../net/connection-error.ts';
import { onlyIf, type RetryPolicy, retry } from '../net/retry.ts';
import { type OtlpClient, OtlpError } from './otlp-client.ts';

/** A kind of telemetry: how it is encoded, and where it goes. */
export interface Signal<Item> {
  /** For messages: `traces`. */
  readonly name: string;
  readonly path: string;
  readonly serializer: ISerializer<Item, ExportResponse>;
}

/** The response to an export. It counts what was rejected; without that, a message is a mere suggestion. */
interface ExportResponse {
  readonly partialSuccess?:
    | {
        readonly rejectedSpans?: number | undefined;
        readonly rejectedLogRecords?: number | undefined;
        readonly rejectedDataPoints?: number | undefined;
        readonly errorMessage?: string | undefined;
      }
    | undefined;
}

export interface Delivery {
  readonly client: OtlpClient;
  /** The collector, for messages. */
  readonly endpoint: string;
  /** For a batch, retries included. */
  readonly timeoutMs: number;
  /** Aborts when the program ends: then each batch has a last attempt, at once. */
  readonly closing: AbortSignal;
  readonly logger: Logger;
}

/** Within the time for a batch. */
const retryPolicy: RetryPolicy = { attemptsMax: Number.POSITIVE_INFINITY, delayMinMs: 250, delayMaxMs: 5000 };

/** Codes that OTLP lists as temporary. */
const temporaryCodes: ReadonlySet<number> = new Set([
  Code.Canceled,
  Code.DeadlineExceeded,
  Code.Aborted,
  Code.OutOfRange,
  Code.Unavailable,
  Code.DataLoss,
]);

/** Reports once that the collector fails, and once that it works again: another line about telemetry is telemetry, too. */
export class DeliveryLog {
  readonly #delivery: Pick<Delivery, 'endpoint' | 'logger'>;
  #lostBatches = 0;

  constructor(delivery: Pick<Delivery, 'endpoint' | 'logger'>) {
    this.#delivery = delivery;
  }

  failed(signal: string, error: unknown): void {
    this.#lostBatches += 1;
    const { endpoint, logger } = this.#delivery;
    if (this.#lostBatches > 1) return;
    logger.warn({ endpoint, signal, error }, 'cannot send telemetry; the work goes on without it');
  }

  delivered(): void {
    if (this.#lostBatches === 0) return;
    const { endpoint, logger } = this.#delivery;
    logger.info({ endpoint, lost_batches: this.#lostBatches }, 'sending telemetry again');
    this.#lostBatches = 0;
  }

  /** The program ends before the collector has answered. */
  gaveUp(): void {
    this.failed('all', new Error('no answer before the program ended'));
  }

  refused(signal: string, error: unknown): void {
    const { endpoint, logger } = this.#delivery;
    logger.warn({ endpoint, signal, error }, `the collector takes no ${signal}; sending none`);
  }
}

/** An exporter of the SDK, for any signal. */
export class OtlpExporter<Item> {
  readonly #signal: Signal<Item>;
  readonly #delivery: Delivery;
  readonly #log: DeliveryLog;
  readonly #running = new Set<Promise<void>>();
  #isRefused = false;

  constructor(signal: Signal<Item>, delivery: Delivery, log: DeliveryLog) {
    this.#signal = signal;
    this.#delivery = delivery;
    this.#log = log;
  }

  /** The result is always a success: failures are reported here, and the SDK would do no more than log them. */
  export(items: Item, settle: (result: ExportResult) => void): void {
    const delivery = this.#deliver(items).finally(() => {
      this.#running.delete(delivery);
      settle({ code: 0 });
    });
    this.#running.add(delivery);
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.#running);
  }

  async shutdown(): Promise<void> {
    await this.forceFlush();
  }

  async #deliver(items: Item): Promise<void> {
    if (this.#isRefused) return;
    const { name, path, serializer } = this.#signal;
    const { client } = this.#delivery;
    let lastError: unknown;
    try {
      const bytes = serializer.serializeRequest(items);
      if (bytes === undefined) return;
      const response = await this.#attempt(
        (signal) => client.call(path, bytes, signal),
        (error) => {
          lastError = error;
        },
      );
      const { errorMessage, ...rejected } = serializer.deserializeResponse(response).partialSuccess ?? {};
      const [count = 0] = Object.values(rejected);
      if (count > 0) {
        const detail = errorMessage ? `: ${client.quote(errorMessage)}` : '';
        throw new Error(`the collector rejected a part of the ${name} (${count})${detail}`);
      }
      this.#log.delivered();
    } catch (error) {
      // Of exports at once, only the first says so.
      if (this.#isRefused) return;
      this.#isRefused = error instanceof OtlpError && error.code === Code.Unimplemented;
      if (this.#isRefused) this.#log.refused(name, error);
      else this.#log.failed(name, lastError ?? error);
    }
  }

  /** Makes a call until it succeeds, for as long as a batch may take. */
  async #attempt(
    call: (signal: AbortSignal) => Promise<Uint8Array>,
    onRetry: (error: unknown) => void,
  ): Promise<Uint8Array> {
    const { timeoutMs, closing } = this.#delivery;
    const timeoutError = () => new Error(`no answer within ${timeoutMs} ms`);
    return await withTimeLimit({ timeoutMs, timeoutError }, async (signal) => {
      try {
        return await retry(() => call(signal), {
          policy: retryPolicy,
          signal: AbortSignal.any([signal, closing]),
          delayAfter: onlyIf(isTemporary),
          onRetry: ({ error }) => onRetry(error),
        });
      } catch (error) {
        if (!closing.aborted || error !== closing.reason) throw error;
        return await call(signal);
      }
    });
  }
}

function isTemporary(error: unknown): boolean {
  if (error instanceof OtlpError) return temporaryCodes.has(error.code);
  return error instanceof ConnectionError ? error.isTransient : true;
}
