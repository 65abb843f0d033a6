// Sends a response: encoded as the client prefers, at the client's pace, and cut off where a fault says so.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import type { Answer, Pieces } from './answer.ts';
import { chooseEncoding, compressPieces } from './content-encoding.ts';

/** Smaller bodies are sent uncompressed. */
const COMPRESSED_BYTES_MIN = 1024;
const BREAK_OFF_BYTES_DEFAULT = 64 * 1024;

export interface SendOptions {
  /** The request's header; undefined: do not compress. */
  readonly acceptEncoding: string | undefined;
  /** Cuts the body off: the connection is then closed, or left open in silence until the client disconnects. */
  readonly breakOff?: { readonly afterBytes: number | undefined; readonly ending: 'close' | 'stall' } | undefined;
  /** Aborted when the client disconnects. */
  readonly signal: AbortSignal;
}

/** Sends a response to its end. Rejects if the client disconnects early or the source fails. */
export async function sendAnswer(response: ServerResponse, answer: Answer, options: SendOptions): Promise<void> {
  const isWhole = typeof answer.body === 'string' || Buffer.isBuffer(answer.body);
  await (isWhole ? sendWhole : sendPieces)(response, answer, options);
}

async function sendWhole(response: ServerResponse, answer: Answer, options: SendOptions): Promise<void> {
  const plain = Buffer.from(answer.body as string | Buffer);
  const encoding = plain.length < COMPRESSED_BYTES_MIN ? undefined : chooseEncoding(options.acceptEncoding);
  const body = encoding === undefined ? plain : encoding.compress(plain);
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(encoding && { 'content-encoding': encoding.name, vary: 'accept-encoding' }),
    'content-length': body.length,
  });
  if (options.breakOff === undefined) {
    response.end(body);
    await finished(response, { signal: options.signal });
    return;
  }
  const sent = Math.min(options.breakOff.afterBytes ?? Math.floor(body.length / 2), Math.max(0, body.length - 1));
  await breakOff(response, body.subarray(0, sent), options);
}

async function sendPieces(response: ServerResponse, answer: Answer, options: SendOptions): Promise<void> {
  const encoding = chooseEncoding(options.acceptEncoding);
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(encoding && { 'content-encoding': encoding.name, vary: 'accept-encoding' }),
  });
  const pieces = answer.body as Pieces;
  let bytesLeft = options.breakOff === undefined ? Infinity : (options.breakOff.afterBytes ?? BREAK_OFF_BYTES_DEFAULT);
  for await (const piece of encoding === undefined ? pieces : compressPieces(pieces, encoding)) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    if (bytes.length >= bytesLeft) {
      await breakOff(response, bytes.subarray(0, bytesLeft), options);
      return;
    }
    bytesLeft -= bytes.length;
    await writeThrough(response, bytes, options.signal);
    // Yield to the event loop, so that a client can receive small pieces one by one.
    await setImmediate(undefined, { signal: options.signal });
  }
  if (options.breakOff !== undefined) {
    await breakOff(response, Buffer.alloc(0), options);
    return;
  }
  response.end();
  await finished(response, { signal: options.signal });
}

/** Writes, and resolves once the system has the bytes: the client is reading, and the buffer can be reused. */
async function writeThrough(response: ServerResponse, bytes: Buffer, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    response.write(bytes, (error) => {
      signal.removeEventListener('abort', stop);
      if (error) reject(error);
      else resolve();
    });
  });
}

async function breakOff(response: ServerResponse, last: Buffer, { breakOff, signal }: SendOptions): Promise<void> {
  response.flushHeaders();
  if (last.length > 0) {
    await writeThrough(response, last, signal);
  }
  if (breakOff?.ending === 'close') {
    // Not destroy(): everything written must arrive, so that the body breaks off in the right place.
    response.socket?.destroySoon();
  } else if (!signal.aborted) {
    await once(signal, 'abort');
  }
}
