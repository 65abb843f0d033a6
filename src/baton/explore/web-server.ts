// The web server of the pages: lets in who has the token, and answers with files, JSON and CSV.
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UsageError } from '../author/usage-error.ts';
import { guardLoopback } from '../server/http/guard-loopback.ts';
import { listenAt } from '../server/listen.ts';
import { findAccess, writeCookie } from './access.ts';
import { answers, findRows } from './answer.ts';
import { readAsset } from './assets.ts';
import type { ExploredFile } from './explored-file.ts';
import { RequestError } from './read-request.ts';

const host = '127.0.0.1';

/** Longer than anything takes in one go: a connection must not end for idleness while its request waits to be read. */
const keepAliveTimeoutMs = 120_000;

/** Pages load from this server alone, run its scripts alone, and no other page shows them. */
const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  // They have the names and e-mail addresses of people.
  'cache-control': 'no-store',
};

/** Paths of pages: all are the same document, which shows what its URL says. */
const pagePaths = ['/', '/type', '/resource', '/leavers', '/changes', '/groups', '/search'];

export interface WebServerOptions {
  /** 0 for any that is free. */
  readonly port: number;
  readonly token: string;
  /** Something failed that should not. */
  readonly onError: (error: unknown) => void;
}

export interface WebServer extends AsyncDisposable {
  /** Where pages are, without the token: `http://127.0.0.1:49152/`. */
  readonly url: string;
}

/** Listens on 127.0.0.1. @throws ServiceError FAILED_PRECONDITION that says what to do if it cannot. */
export async function startWebServer(
  file: ExploredFile,
  { port, token, onError }: WebServerOptions,
): Promise<WebServer> {
  const handle: RequestListener = (request, response) => {
    respond(file, token, request, response).catch((error: unknown) => fail(response, error, onError));
  };
  const address = { host, port };
  const server = createServer(
    { maxHeaderSize: 16 * 1024, keepAliveTimeout: keepAliveTimeoutMs },
    guardLoopback(handle, address),
  );
  await listenAt(server, address);
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: () => stop(server),
  };
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

async function respond(
  file: ExploredFile,
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
  // The host rule has let this one pass.
  const url = new URL(`http://${request.headers.host}${request.url?.startsWith('/') ? request.url : '/'}`);
  const access = findAccess(request, url, token);
  if (!access) {
    sendText(response, 401, 'Open the URL that explore printed: it has a token, which lets you in.\n');
    return;
  }
  if (request.method !== 'GET') {
    response.setHeader('allow', 'GET');
    sendText(response, 405, 'this server only answers GET\n');
    return;
  }
  if (access === 'by URL') {
    url.searchParams.delete('token');
    const page = pagePaths.includes(url.pathname) ? `${url.pathname}${url.search}` : '/';
    response.writeHead(303, { 'set-cookie': writeCookie(url, token), location: page }).end();
    return;
  }
  if (url.pathname === '/api/table.csv') return await sendCsv(file, url.searchParams, response);
  const name = /^\/api\/([a-z]+)$/.exec(url.pathname)?.[1] ?? '';
  if (Object.hasOwn(answers, name)) return sendJson(response, 200, await answers[name]?.(file, url.searchParams));
  const isPage = pagePaths.includes(url.pathname);
  const asset = await readAsset(isPage ? 'index.html' : url.pathname.replace(/^\/(assets\/)?/, ''));
  if (!asset) throw new RequestError(404, `there is no ${url.pathname}`);
  response.writeHead(200, { 'content-type': asset.contentType }).end(asset.content);
}

async function sendCsv(file: ExploredFile, query: URLSearchParams, response: ServerResponse): Promise<void> {
  const { name, table, request } = await findRows(file, query);
  // Loaded here: the libraries for spreadsheets are large.
  const { toCsv } = await import('../inspect/output/write-rows.ts');
  response.writeHead(200, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="${name.of}.csv"`,
  });
  const lines = toCsv({ columnNames: table.columnNames, cellRows: () => table.cellRows(request) });
  await pipeline(Readable.from(lines), response);
}

function fail(response: ServerResponse, error: unknown, onError: (error: unknown) => void): void {
  const isMistake = error instanceof RequestError || error instanceof UsageError;
  if (response.headersSent) {
    // Who asked has gone, or sees that the download is cut.
    response.destroy();
    return;
  }
  if (!isMistake) onError(error);
  const status = error instanceof RequestError ? error.status : isMistake ? 404 : 500;
  sendJson(response, status, { error: isMistake ? error.message : 'this failed; the terminal says why' });
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(value));
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text);
}
