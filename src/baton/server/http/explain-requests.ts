// Answers for people who try the server with curl or a browser: what to send instead of what they sent.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { DescMethod } from '@bufbuild/protobuf';
import type { ServiceEntry } from '../../services/service-entry.ts';
import type { ListenAddress } from '../listen-address.ts';
import { curlCommand } from './curl-command.ts';

interface ExplainOptions {
  readonly services: readonly ServiceEntry[];
  readonly listen: ListenAddress;
  readonly hasTls: boolean;
}

/** What Connect and gRPC-Web accept; a method that streams has envelopes, which curl does not write. */
const ofUnary = /^application\/(?:json|proto|grpc-web(?:\+(?:json|proto))?)\s*(?:;|$)/i;
const ofStream = /^application\/(?:connect\+(?:json|proto)|grpc-web(?:\+(?:json|proto))?)\s*(?:;|$)/i;

/**
 * Answers requests that Connect would answer with a bare status: those for an unknown method, those other than POST, and
 * those with an unsupported content type. The statuses are Connect's, except for the root.
 */
export function explainRequests(handler: RequestListener, options: ExplainOptions): RequestListener {
  const methods = new Map<string, DescMethod>(
    options.services.flatMap(({ desc }) =>
      desc.methods.map((method) => [`/${desc.typeName}/${method.name}`, method] as const),
    ),
  );
  const [first = ''] = methods.keys();
  const example = [...methods.keys()].find((path) => path.endsWith('/ListResourceTypes')) ?? first;
  return (request, response) => {
    const path = (request.url ?? '').replace(/[?#].*$/s, '');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const method = methods.get(path);
    const tryIt = (called: string) => `  ${describeCall(called, request, options)}\n`;
    if (isRead && path === '/') {
      const list = Array.from(methods.keys(), (name) => `  ${name.slice(1)}\n`).sort();
      answer(response, 200, `Call a method by POSTing JSON:\n${tryIt(example)}Methods:\n${list.join('')}`);
    } else if (method === undefined) {
      answer(response, 404, `No such method; GET / lists all methods. For example:\n${tryIt(example)}`);
    } else if (isRead) {
      answer(response, 405, `Methods take POST, not ${request.method}:\n${tryIt(path)}`);
    } else if (request.method === 'POST' && !accepts(method, request.headers['content-type'] ?? '')) {
      const advice =
        method.methodKind === 'unary'
          ? `Send JSON with its content type:\n${tryIt(path)}`
          : 'This method streams: call it over gRPC, for example with grpcurl or buf curl.\n';
      answer(response, 415, advice);
    } else {
      handler(request, response);
    }
  };
}

function accepts({ methodKind }: DescMethod, contentType: string): boolean {
  return (methodKind === 'unary' ? ofUnary : ofStream).test(contentType);
}

/** The request may have a body, which nobody reads. */
function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    connection: 'close',
    ...(status === 405 && { allow: 'POST' }),
  });
  response.end(text);
}

function describeCall(path: string, request: IncomingMessage, { listen, hasTls }: ExplainOptions): string {
  return curlCommand(path, {
    origin: `${hasTls ? 'https' : 'http'}://${hostOf(request)}`,
    socketPath: 'path' in listen ? listen.path : undefined,
    hasTls,
    token: request.headers.authorization === undefined ? undefined : 'TOKEN',
  });
}

/** The host that the request names, if it is one. */
function hostOf({ headers: { host = '' } }: IncomingMessage): string {
  return /^[\w.:[\]-]+$/.test(host) ? host : 'localhost';
}
