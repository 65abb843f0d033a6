// A simulated runtime API of AWS Lambda: hands invocations to one process, and takes its answers.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** How an invocation ended. */
export type InvocationResult =
  | { readonly kind: 'response'; readonly body: string }
  | { readonly kind: 'error'; readonly body: string; readonly type: string };

export interface LambdaSimulatorOptions {
  /** The time that an invocation may take, as the process is told. Default: 60 s. */
  readonly timeoutMs?: number;
}

export interface LambdaSimulator extends AsyncDisposable {
  /** For `AWS_LAMBDA_RUNTIME_API`. */
  readonly host: string;
  /** What the process said about a failed start. */
  readonly startFailures: readonly { readonly body: string; readonly type: string }[];
  /** Invokes the process with a payload. One invocation runs at a time; the others wait. */
  invoke(payload: string | Buffer): Promise<InvocationResult>;
  /** How many invocations were answered or failed. */
  invocationCount(): number;
  /** Names another end of invocations in the header for it, from the next one on. Undefined: the right one. */
  nameDeadline(header: string | undefined): void;
  /** Resolves when the process asks for work. */
  ready(): Promise<void>;
  /** Answers the next request for an invocation with a status, or closes the connection (0). */
  failNext(status: number): void;
  /** Rejects the next response with a status. */
  rejectNext(status: number): void;
  /** The process has ended: fails what waits for it. */
  lose(): void;
  close(): Promise<void>;
}

interface Pending {
  readonly id: string;
  readonly payload: Buffer;
  readonly settle: PromiseWithResolvers<InvocationResult>;
}

/** Lambda rejects larger responses: 6 MiB and 100 bytes. */
const responseBytesMax = 6_291_556;
const prefix = '/2018-06-01/runtime';

/** Starts it on 127.0.0.1. */
export async function startLambdaSimulator({
  timeoutMs = 60_000,
}: LambdaSimulatorOptions = {}): Promise<LambdaSimulator> {
  const state = new Invocations(timeoutMs);
  const server = createServer((request, response) => {
    state.answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    startFailures: state.startFailures,
    invoke: (payload) => state.invoke(Buffer.from(payload)),
    invocationCount: () => state.ended,
    ready: () => state.ready(),
    nameDeadline: (header) => {
      state.deadline = header;
    },
    failNext: (status) => state.failNext(status),
    rejectNext: (status) => {
      state.rejectStatus = status;
    },
    lose: () => state.lose(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

class Invocations {
  readonly startFailures: { readonly body: string; readonly type: string }[] = [];
  ended = 0;
  deadline: string | undefined;
  rejectStatus: number | undefined;
  readonly #timeoutMs: number;
  readonly #queue: Pending[] = [];
  readonly #running = new Map<string, Pending>();
  /** The process's request for work. */
  #waiting: ServerResponse | undefined;
  #whenWaiting = Promise.withResolvers<void>();
  #failStatus: number | undefined;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  async ready(): Promise<void> {
    if (!this.#waiting) await this.#whenWaiting.promise;
  }

  failNext(status: number): void {
    this.#failStatus = status;
    this.#handOut();
  }

  lose(): void {
    const lost = new Error('the process has ended');
    for (const { settle } of [...this.#queue.splice(0), ...this.#running.values()]) settle.reject(lost);
    this.#running.clear();
    this.#whenWaiting.promise.catch(() => {});
    this.#whenWaiting.reject(lost);
    this.#whenWaiting = Promise.withResolvers<void>();
  }

  invoke(payload: Buffer): Promise<InvocationResult> {
    const pending = { id: randomUUID(), payload, settle: Promise.withResolvers<InvocationResult>() };
    this.#queue.push(pending);
    this.#handOut();
    return pending.settle.promise;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').startsWith(prefix) ? (request.url ?? '').slice(prefix.length) : '';
    if (request.method === 'GET' && path === '/invocation/next') {
      this.#wait(response);
      return;
    }
    const body = await text(request);
    const type = String(request.headers['lambda-runtime-function-error-type'] ?? '');
    if (request.method === 'POST' && path === '/init/error') {
      this.startFailures.push({ body, type });
      reply(response, 202);
      return;
    }
    const [, id = '', end] = /^\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    const pending = this.#running.get(id);
    if (request.method !== 'POST' || !pending) {
      reply(response, 404);
      return;
    }
    if (end === 'response') {
      const rejected = Buffer.byteLength(body) > responseBytesMax ? 413 : this.rejectStatus;
      this.rejectStatus = undefined;
      if (rejected !== undefined) {
        reply(response, rejected);
        return;
      }
    }
    this.#running.delete(id);
    this.ended++;
    reply(response, 202);
    pending.settle.resolve(end === 'error' ? { kind: 'error', body, type } : { kind: 'response', body });
  }

  #wait(response: ServerResponse): void {
    this.#waiting = response;
    response.once('close', () => {
      if (this.#waiting === response) this.#waiting = undefined;
    });
    this.#whenWaiting.resolve();
    this.#whenWaiting = Promise.withResolvers<void>();
    this.#handOut();
  }

  #handOut(): void {
    const response = this.#waiting;
    if (!response) return;
    if (this.#failStatus !== undefined) {
      this.#waiting = undefined;
      if (this.#failStatus === 0) response.destroy();
      else reply(response, this.#failStatus);
      this.#failStatus = undefined;
      return;
    }
    const pending = this.#queue.shift();
    if (!pending) return;
    this.#waiting = undefined;
    this.#running.set(pending.id, pending);
    response.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': pending.id,
      'lambda-runtime-deadline-ms': this.deadline ?? String(Date.now() + this.#timeoutMs),
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-west-2:123456789012:function:connector',
    });
    response.end(pending.payload);
  }
}

function reply(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ status: `${status}` }));
}
