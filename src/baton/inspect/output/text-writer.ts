// Writes much text to stdout or a file: in large pieces, each after the one before has left the process.
import type { Output } from '../../author/host.ts';

const pieceChars = 64 * 1024;

/** The reader has gone, as `head` does: no reason to fail, and none to go on. */
export class ReaderGone extends Error {}

export class TextWriter {
  readonly #output: Output;
  readonly #signal: AbortSignal;
  #pending = '';

  constructor(output: Output, signal: AbortSignal) {
    this.#output = output;
    this.#signal = signal;
  }

  /**
   * Writes text, sooner or later.
   * @throws {ReaderGone}; the signal's reason if aborted
   */
  async write(text: string): Promise<void> {
    this.#pending += text;
    if (this.#pending.length >= pieceChars) await this.flush();
  }

  /** Writes what is left. */
  async flush(): Promise<void> {
    const text = this.#pending;
    this.#pending = '';
    if (text !== '') {
      const error = await new Promise<Error | null | undefined>((resolve) => {
        // A stream passes the error of a closed pipe.
        const written = (failure?: Error | null) => resolve(failure);
        this.#output.write(text, written);
        if (this.#output.writableLength === undefined) resolve(undefined);
      });
      if (error) throw new ReaderGone('the reader has gone', { cause: error });
    }
    // Lets signals in.
    await new Promise((resolve) => setImmediate(resolve));
    this.#signal.throwIfAborted();
  }
}
