// Dispatches the call in a payload to the connector's services, under the one policy for calls.
import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type Message,
  type MessageInitShape,
  toBinary,
} from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import { Code as CodeName, type ContextValues, createContextValues, createHandlerContext } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { type Request, type Response, ResponseSchema } from '#gen/c1/transport/v1/transport_pb.js';
import { StatusSchema } from '#gen/google/rpc/status_pb.js';
import { Code, ServiceError } from '../../author/service-error.ts';
import { timerMaxMs } from '../../net/abort.ts';
import { toCallFailure, toStatus } from '../../server/call-failure.ts';
import { CallLog } from '../../server/call-log.ts';
import { applyPolicy, type OneToOne } from '../../server/call-policy.ts';
import { loggerKey } from '../../services/call-context.ts';
import { ListResponse } from '../../services/list-response.ts';
import type { ServiceEntry } from '../../services/service-entry.ts';
import { readTimeout } from './grpc-timeout.ts';

/** The parts of a running connector that calls need. */
export interface CallTarget {
  readonly logger: Logger;
  /** Sets further context values of each call. */
  readonly setContextValues?: ((values: ContextValues) => void) | undefined;
  /** An implementation of each unary method, by path: `/package.Service/Method`. */
  readonly methods: ReadonlyMap<string, Target>;
  readonly services: ReadonlySet<string>;
}

interface Target {
  readonly desc: DescMethod;
  readonly serve: OneToOne;
}

export interface DispatchOptions {
  readonly request: Request;
  /** The time that the process has for the call. */
  readonly timeoutMs: number;
  /** Checks the caller. @throws ServiceError UNAUTHENTICATED */
  readonly authenticate: (headers: Headers) => Promise<void>;
}

/**
 * Prepares services for calls. Requests are not validated, as in the Go runtime: callers with a larger `page_size` than
 * the rules allow get a response there (pkg/lambda/grpc/server.go of baton-sdk v0.25.0).
 */
export function createCallTarget(
  entries: readonly ServiceEntry[],
  { logger, setContextValues }: Pick<CallTarget, 'logger' | 'setContextValues'>,
): CallTarget {
  const methods = new Map<string, Target>();
  for (const entry of entries) {
    const governed = applyPolicy(entry, { isTrusted: true }).implementation as Record<string, unknown>;
    for (const desc of entry.desc.methods) {
      if (desc.methodKind !== 'unary') continue;
      methods.set(`/${entry.desc.typeName}/${desc.name}`, { desc, serve: governed[desc.localName] as OneToOne });
    }
  }
  return { logger, setContextValues, methods, services: new Set(entries.map(({ desc }) => desc.typeName)) };
}

/**
 * Makes the call. A failure is a response too: with a status alone.
 */
export async function dispatch(target: CallTarget, options: DispatchOptions): Promise<Response> {
  const { request } = options;
  const requestHeader = readHeaders(request);
  let method: Target;
  let timeoutMs: number;
  try {
    method = findMethod(target, request.method);
    timeoutMs = Math.min(options.timeoutMs, readTimeout(requestHeader.get('grpc-timeout')));
  } catch (error) {
    return failed(target.logger.child({ method: request.method }), error);
  }
  const { desc, serve } = method;
  const contextValues = createContextValues().set(loggerKey, target.logger);
  target.setContextValues?.(contextValues);
  const context = createHandlerContext({
    service: desc.parent,
    method: desc,
    protocolName: 'lambda',
    requestMethod: 'POST',
    url: `lambda:/${desc.parent.typeName}/${desc.name}`,
    requestHeader,
    contextValues,
    // A longer time than a timer has is no limit.
    ...(timeoutMs <= timerMaxMs && { timeoutMs }),
  });
  try {
    // As in Go, a request that cannot be decoded is reported to anyone.
    const message = readMessage(desc.input, request.req);
    await options.authenticate(requestHeader);
    const response = await serve(message, context);
    return create(ResponseSchema, {
      resp: packResponse(desc.output, response),
      status: anyPack(StatusSchema, create(StatusSchema, { code: 0, message: 'OK' })),
      headers: toLists(context.responseHeader),
      trailers: toLists(context.responseTrailer),
    });
  } catch (error) {
    const failure = toCallFailure(error, context.signal);
    new CallLog(context).failed(failure);
    return create(ResponseSchema, { status: anyPack(StatusSchema, toStatus(failure.answer)) });
  } finally {
    context.abort();
  }
}

/** The response for an error outside of a method. */
export function failed(logger: Logger, error: unknown): Response {
  const { answer, unexpected } = toCallFailure(error, AbortSignal.abort());
  logger[unexpected ? 'error' : 'debug'](
    { code: CodeName[answer.code], error: unexpected ? error : answer },
    'call failed',
  );
  return create(ResponseSchema, { status: anyPack(StatusSchema, toStatus(answer)) });
}

function findMethod({ methods, services }: CallTarget, text: string): Target {
  const path = text.startsWith('/') ? text : `/${text}`;
  const slash = path.lastIndexOf('/');
  if (slash <= 0) throw unimplemented(`malformed method name: ${JSON.stringify(text)}`);
  const found = methods.get(path);
  if (found) return found;
  const service = path.slice(1, slash);
  throw unimplemented(
    services.has(service)
      ? `unknown method ${path.slice(slash + 1)} for service ${service}`
      : `unknown service ${service}`,
  );
}

function unimplemented(message: string): ServiceError {
  return new ServiceError(Code.Unimplemented, message, { reason: 'unimplemented' });
}

/** Members of the metadata that are not lists of texts are ignored, and so are names and values that HTTP forbids. */
function readHeaders({ headers = {} }: Request): Headers {
  const read = new Headers();
  for (const [name, values] of Object.entries(headers)) {
    if (!Array.isArray(values)) continue;
    for (const value of values) {
      if (typeof value !== 'string' || value === '') continue;
      try {
        read.append(name, value);
      } catch {
        // No service can read such a header either.
      }
    }
  }
  return read;
}

function toLists(headers: Headers): Record<string, string[]> {
  return Object.fromEntries(Array.from(headers, ([name, value]) => [name, [value]]));
}

function readMessage(input: DescMessage, packed: Any | undefined): Message {
  const typeName = packed?.typeUrl.slice(packed.typeUrl.lastIndexOf('/') + 1);
  try {
    if (packed && typeName === input.typeName) return fromBinary(input, packed.value);
  } catch {
    // Answered below: the decoder quotes what it read.
  }
  throw new ServiceError(Code.Internal, `cannot decode the request as ${input.typeName}`, {
    reason: 'unreadable_request',
  });
}

function packResponse(output: DescMessage, response: object): Pick<Any, 'typeUrl' | 'value'> {
  const value =
    (response instanceof ListResponse && response.bytes) ||
    toBinary(output, create(output, response as MessageInitShape<DescMessage>));
  return { typeUrl: `type.googleapis.com/${output.typeName}`, value };
}
