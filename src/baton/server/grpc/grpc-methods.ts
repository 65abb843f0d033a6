// Puts the methods of a Connect service on a grpc-js server: one handler for each of the four kinds of method.
import { once } from 'node:events';
import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type Message,
  type MessageInitShape,
  toBinary,
} from '@bufbuild/protobuf';
import type { ContextValues, HandlerContext } from '@connectrpc/connect';
import type {
  Server,
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
  sendUnaryData,
  UntypedHandleCall,
} from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { Code, ServiceError } from '../../author/service-error.ts';
import { ListResponse } from '../../services/list-response.ts';
import type { ServiceEntry } from '../../services/service-entry.ts';
import type { RequestValidator } from '../request-validator.ts';
import type { RunningCalls } from '../running-calls.ts';
import { WireCall, type WireCallOptions } from './wire-call.ts';

/** What all methods of a server share. */
export interface MethodEnvironment {
  readonly logger: Logger;
  readonly running: RunningCalls;
  readonly validator: RequestValidator;
  readonly setContextValues: ((values: ContextValues) => void) | undefined;
}

/** Implementations of unknown methods: their types were checked where service and implementation were paired. */
type OneToOne = (request: Message, context: HandlerContext) => Promise<object> | object;
type OneToMany = (request: Message, context: HandlerContext) => AsyncIterable<object>;
type ManyToOne = (requests: AsyncIterable<Message>, context: HandlerContext) => Promise<object>;
type ManyToMany = (requests: AsyncIterable<Message>, context: HandlerContext) => AsyncIterable<object>;

/**
 * Adds every method of a service. Those without an implementation answer UNIMPLEMENTED.
 * @throws Error when the server has the service already.
 */
export function addGrpcMethods(server: Server, entry: ServiceEntry, environment: MethodEnvironment): void {
  for (const method of entry.desc.methods) {
    const path = `/${entry.desc.typeName}/${method.name}`;
    const implementation = implementationOf(entry, method);
    const [type, handler] = toHandler(method, implementation, environment);
    // Messages stay bytes in grpc-js: what cannot be read or written is then an error like any other, with a log line.
    if (!server.register(path, handler, asIs, asIs, type)) {
      throw new Error(`the service ${entry.desc.typeName} is there twice`);
    }
  }
}

const asIs = (bytes: Buffer) => bytes;

function implementationOf(entry: ServiceEntry, method: DescMethod): unknown {
  const implementation = (entry.implementation as Record<string, unknown>)[method.localName];
  return typeof implementation === 'function'
    ? implementation.bind(entry.implementation)
    : () => {
        const text = `${entry.desc.typeName}/${method.name} is not implemented by this server`;
        throw new ServiceError(Code.Unimplemented, text, { reason: 'unimplemented' });
      };
}

/** The name that grpc-js has for a kind of method, and the handler that it wants for one. */
function toHandler(
  method: DescMethod,
  implementation: unknown,
  environment: MethodEnvironment,
): [string, UntypedHandleCall] {
  switch (method.methodKind) {
    case 'unary':
      return ['unary', toUnaryHandler(method, implementation as OneToOne, environment)];
    case 'server_streaming':
      return ['serverStream', toServerStreamHandler(method, implementation as OneToMany, environment)];
    case 'client_streaming':
      return ['clientStream', toClientStreamHandler(method, implementation as ManyToOne, environment)];
    case 'bidi_streaming':
      return ['bidi', toBidiHandler(method, implementation as ManyToMany, environment)];
  }
}

function toUnaryHandler(method: DescMethod, serve: OneToOne, environment: MethodEnvironment) {
  return (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) =>
    runCall({ ...environment, call, method, sendStatus: callback }, async (wire) => {
      const request = await readRequest(method, call.request, environment);
      sendResponse(wire, method, await serve(request, wire.context), callback);
    });
}

function toServerStreamHandler(method: DescMethod, serve: OneToMany, environment: MethodEnvironment) {
  return (call: ServerWritableStream<Buffer, Buffer>) =>
    runCall({ ...environment, call, method, sendStatus: (status) => call.emit('error', status) }, async (wire) => {
      const request = await readRequest(method, call.request, environment);
      await sendResponses(wire, method, serve(request, wire.context), call);
    });
}

function toClientStreamHandler(method: DescMethod, serve: ManyToOne, environment: MethodEnvironment) {
  return (call: ServerReadableStream<Buffer, Buffer>, callback: sendUnaryData<Buffer>) =>
    runCall({ ...environment, call, method, sendStatus: callback }, async (wire) => {
      const response = await serve(readRequests(method, call, environment), wire.context);
      sendResponse(wire, method, response, callback);
    });
}

function toBidiHandler(method: DescMethod, serve: ManyToMany, environment: MethodEnvironment) {
  return (call: ServerDuplexStream<Buffer, Buffer>) =>
    runCall({ ...environment, call, method, sendStatus: (status) => call.emit('error', status) }, async (wire) => {
      await sendResponses(wire, method, serve(readRequests(method, call, environment), wire.context), call);
    });
}

function runCall(options: WireCallOptions, work: (wire: WireCall) => Promise<void>): void {
  const wire = new WireCall(options);
  void work(wire)
    .catch((error: unknown) => wire.fail(error))
    .finally(() => wire.settle());
}

async function readRequest(method: DescMethod, bytes: Buffer, { validator }: MethodEnvironment): Promise<Message> {
  const { input } = method;
  let request: Message;
  try {
    request = fromBinary(input, bytes);
  } catch (cause) {
    // The code that gRPC has for this, on either side.
    throw new ServiceError(Code.Internal, `the request cannot be read as ${input.typeName}`, {
      reason: 'unreadable_request',
      cause,
    });
  }
  await validator.check(input, request);
  return request;
}

async function* readRequests(
  method: DescMethod,
  call: ServerReadableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>,
  environment: MethodEnvironment,
): AsyncGenerator<Message> {
  // A service may stop reading and still answer: leaving the loop must not destroy the stream.
  for await (const bytes of call.iterator({ destroyOnReturn: false })) {
    yield await readRequest(method, bytes, environment);
  }
}

function sendResponse(wire: WireCall, method: DescMethod, response: object, callback: sendUnaryData<Buffer>): void {
  const bytes = (response instanceof ListResponse && response.bytes) || toBytes(method.output, response);
  const trailers = wire.trailers();
  wire.sendHeaders();
  wire.succeed(() => callback(null, bytes, trailers));
}

async function sendResponses(
  wire: WireCall,
  method: DescMethod,
  responses: AsyncIterable<object>,
  stream: ServerWritableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>,
): Promise<void> {
  for await (const response of responses) {
    if (wire.over) {
      break;
    }
    const bytes = toBytes(method.output, response);
    wire.sendHeaders();
    if (!stream.write(bytes)) {
      await once(stream, 'drain', { signal: wire.context.signal });
    }
  }
  const trailers = wire.trailers();
  wire.sendHeaders();
  wire.succeed(() => stream.end(trailers));
}

function toBytes(desc: DescMessage, response: object): Buffer {
  const bytes = toBinary(desc, create(desc, response as MessageInitShape<DescMessage>));
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
