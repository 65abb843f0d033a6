// The pipe from the parent process: its first line says how to serve, and its end means that the parent is gone.
import type { Readable } from 'node:stream';

/** A line with two certificates and a key has about 2 kB. */
const lineMaxBytes = 1024 * 1024;

export class ParentPipe {
  /** The first line, trimmed; empty if the pipe ended before it. */
  readonly line: Promise<string>;
  /** Resolves when the pipe ends: the parent closed it or died. */
  readonly ended: Promise<void>;
  readonly #stream: Readable;

  /** Reads until the pipe ends, past the line too: a stream that is not read does not report its end. */
  constructor(stream: Readable) {
    this.#stream = stream;
    const line = Promise.withResolvers<string>();
    const ended = Promise.withResolvers<void>();
    this.line = line.promise;
    this.ended = ended.promise;
    let text: Buffer | undefined = Buffer.alloc(0);
    const settle = () => {
      line.resolve(text?.toString().trim() ?? '');
      text = undefined;
    };
    stream.on('data', (chunk: Buffer) => {
      if (text === undefined) return;
      const end = chunk.indexOf('\n');
      text = Buffer.concat([text, end < 0 ? chunk : chunk.subarray(0, end)]);
      if (end >= 0 || text.length > lineMaxBytes) settle();
    });
    for (const event of ['end', 'close', 'error'] as const) {
      stream.once(event, () => {
        settle();
        ended.resolve();
      });
    }
  }

  /** Stops reading, so that the process can exit while the parent keeps the pipe open. */
  release(): void {
    this.#stream.destroy();
  }
}
