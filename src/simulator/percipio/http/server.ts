// The HTTP server: logs each request, applies faults, checks access, finds the route, sends the response.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Access, checkAccess, isAuthorized } from './access.ts';
import {
  type Answer,
  ApiError,
  type ErrorForm,
  errorAnswer,
  jsonAnswer,
  jsonTextAnswer,
  readAnswer,
} from './answer.ts';
import type { FaultKind, Faults, Strike } from './faults.ts';
import { followRedirects, redirectAnswer } from './redirect.ts';
import type { RequestLog, RequestRecord } from './request-log.ts';
import { findRoute, type Route } from './router.ts';
import { sendAnswer } from './send-answer.ts';

const BODY_BYTES_MAX = 8 * 1024 * 1024;
const GARBAGE = '[{"id": "9b1c2f34-';

export interface ApiServerOptions {
  readonly routes: readonly Route[];
  readonly access: Access;
  readonly faults: Faults;
  readonly requests: RequestLog;
  /** Whether to compress responses for clients that accept it. */
  readonly compresses: boolean;
  readonly errorForm: ErrorForm;
}

export interface ApiServer {
  readonly server: Server;
  /** Closes all connections, and resolves when the port is free. */
  close(): Promise<void>;
}

/** Creates the server; it does not listen yet. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  let isClosing = false;
  const server = createServer((request, response) => {
    void new Exchange(options, request, response, () => isClosing).run();
  });
  return {
    server,
    async close() {
      isClosing = true;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** One request and its response. */
class Exchange {
  readonly #options: ApiServerOptions;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #record: RequestRecord;
  readonly #path: string;
  readonly #search: string;
  readonly #gone = new AbortController();
  #isCut = false;

  constructor(options: ApiServerOptions, request: IncomingMessage, response: ServerResponse, isClosing: () => boolean) {
    this.#options = options;
    this.#request = request;
    this.#response = response;
    const [, path = '/', search = ''] = /^([^?]*)(.*)$/s.exec(request.url ?? '/') ?? [];
    this.#path = path;
    this.#search = search;
    const { authorization: _secret, ...headers } = request.headers;
    this.#record = options.requests.open({
      method: request.method ?? '',
      path,
      query: Object.fromEntries(new URLSearchParams(search)),
      headers,
      isAuthorized: isAuthorized(request, options.access.token),
    });
    // A disconnect during a write is handled at 'close'; an unhandled 'error' would end the process.
    response.on('error', () => {});
    response.once('close', () => {
      const isAnswered = response.writableFinished && !this.#isCut;
      const outcome = isAnswered ? 'answered' : this.#isCut || isClosing() ? 'cut' : 'aborted';
      options.requests.update(this.#record, { outcome });
      this.#gone.abort();
    });
  }

  async run(): Promise<void> {
    try {
      const body = await this.#readBody();
      const strike = this.#options.faults.take(this.#record.method, this.#path, this.#search);
      this.#options.requests.update(this.#record, { faults: strike.kinds });
      if (strike.delayMs > 0) {
        await sleep(strike.delayMs, undefined, { signal: this.#gone.signal });
      }
      if (strike.gathered) {
        await Promise.race([strike.gathered, once(this.#gone.signal, 'abort')]);
        if (this.#gone.signal.aborted) return;
      }
      await this.#answer(body, strike);
    } catch (error) {
      // A failed write is reported before the end of the connection.
      if (this.#gone.signal.aborted || this.#request.socket.destroyed) return;
      if (this.#response.headersSent) {
        // The body failed midway: cutting the connection is the only way left to tell the client.
        this.#cut();
        return;
      }
      await this.#send(errorAnswer(error, this.#options.errorForm)).catch(() => this.#cut());
    }
  }

  async #answer(body: unknown, { fault }: Strike): Promise<void> {
    if (fault !== undefined && 'carriesOut' in fault && fault.carriesOut === true) {
      await this.#routeAnswer(body);
    }
    switch (fault?.kind) {
      case undefined:
        return this.#send(await this.#routeAnswer(body));
      case 'reset':
        return this.#cut();
      case 'lostAnswer':
        await this.#routeAnswer(body);
        return this.#cut();
      case 'truncate':
        this.#isCut = true;
        return this.#send(await this.#routeAnswer(body), { afterBytes: fault.afterBytes, ending: 'close' });
      case 'stall':
        if (fault.afterBytes === undefined) {
          await once(this.#gone.signal, 'abort');
          return;
        }
        return this.#send(await this.#routeAnswer(body), { afterBytes: fault.afterBytes, ending: 'stall' });
      case 'emptyBody':
        return this.#send({ status: 200, headers: {}, body: '' });
      case 'garbage':
        return this.#send(jsonTextAnswer(fault.text ?? GARBAGE));
      case 'alter':
        return this.#send(fault.change(await readAnswer(await this.#routeAnswer(body))));
      case 'redirect':
        return this.#send(redirectAnswer(fault, { host: this.#host, path: this.#path, search: this.#search }));
      case 'status':
        return this.#send(statusAnswer(fault));
    }
  }

  get #host(): string {
    return this.#request.headers.host ?? '';
  }

  /** The API's response, errors included: connection faults can hit those as well. */
  async #routeAnswer(body: unknown): Promise<Answer> {
    const answer = await this.#carryOut(body);
    this.#options.requests.update(this.#record, { result: answer.status });
    return answer;
  }

  async #carryOut(body: unknown): Promise<Answer> {
    try {
      const { path, needsToken } = followRedirects(this.#path);
      if (needsToken) {
        checkAccess(this.#options.access, this.#request, path);
      }
      const { route, params } = findRoute(this.#options.routes, this.#record.method, path);
      return await route.handle({
        params,
        query: new URLSearchParams(this.#search),
        body,
        accept: this.#request.headers.accept,
        pageUrl: `http://${this.#host}${this.#path}`,
        signal: this.#gone.signal,
      });
    } catch (error) {
      return errorAnswer(error, this.#options.errorForm);
    }
  }

  async #send(answer: Answer, breakOff?: { afterBytes: number | undefined; ending: 'close' | 'stall' }): Promise<void> {
    this.#options.requests.update(this.#record, { status: answer.status });
    this.#response.setHeader('date', new Date(this.#options.access.now()).toUTCString());
    const accepted = this.#request.headers['accept-encoding'];
    await sendAnswer(this.#response, answer, {
      acceptEncoding: this.#options.compresses && typeof accepted === 'string' ? accepted : undefined,
      breakOff,
      signal: this.#gone.signal,
    });
  }

  #cut(): void {
    this.#isCut = true;
    this.#request.socket.resetAndDestroy();
  }

  async #readBody(): Promise<unknown> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of this.#request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > BODY_BYTES_MAX) {
        throw new ApiError(413, `The body exceeds ${BODY_BYTES_MAX} bytes`, { connection: 'close' });
      }
      chunks.push(chunk);
    }
    if (bytes === 0) return undefined;
    const text = Buffer.concat(chunks).toString();
    this.#options.requests.update(this.#record, { body: text });
    try {
      const body: unknown = JSON.parse(text);
      this.#options.requests.update(this.#record, { body });
      return body;
    } catch {
      throw new ApiError(400, 'The body is not JSON');
    }
  }
}

function statusAnswer({ status, headers = {}, body }: Extract<FaultKind, { kind: 'status' }>): Answer {
  if (typeof body === 'string' || body === undefined) {
    const type = body?.trimStart().startsWith('<') ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8';
    return { status, headers: { ...(body && { 'content-type': type }), ...headers }, body: body ?? '' };
  }
  return jsonAnswer(body, headers, status);
}
