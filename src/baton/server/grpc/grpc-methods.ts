// Registers the methods of a Connect service with a grpc-js server. Each of the four kinds of method has its handler.
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
import type { ContextValues } from '@connectrpc/connect';
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
import { keepTelemetry } from '../../instruments/telemetry.ts';
import { ListResponse } from '../../services/list-response.ts';
import type { ServiceEntry } from '../../services/service-entry.ts';
import { applyPolicy, type ManyToMany, type ManyToOne, type OneToMany, type OneToOne } from '../call-policy.ts';
import type { RunningCalls } from '../running-calls.ts';
import { WireCall, type WireCallOptions } from './wire-call.ts';

/** Shared by all methods of a server. */
export interface MethodEnvironment {
  readonly logger: Logger;
  readonly running: RunningCalls;
  readonly setContextValues: ((values: ContextValues) => void) | undefined;
}

/**
 * Adds all methods of a service, under the policy for calls.
 * @throws Error when the server already has the service.
 */
export function addGrpcMethods(server: Server, entry: ServiceEntry, environment: MethodEnvironment): void {
  const methods = applyPolicy(entry, environment).implementation as Record<string, unknown>;
  // grpc-js calls handlers from its sockets, whose telemetry is nobody's.
  const enter = keepTelemetry((work: () => void) => work());
  for (const method of entry.desc.methods) {
    const path = `/${entry.desc.typeName}/${method.name}`;
    const [type, handler] = toHandler(method, methods[method.localName], { ...environment, enter });
    // grpc-js passes bytes: a message that cannot be decoded or encoded is then an error like any other, with a log line.
    if (!server.register(path, handler, asIs, asIs, type)) {
      throw new Error(`duplicate service ${entry.desc.typeName}`);
    }
  }
}

const asIs = (bytes: Buffer) => bytes;

interface HandlerEnvironment extends MethodEnvironment {
  /** Does the work of a call with the telemetry of the server. */
  readonly enter: (work: () => void) => void;
}

/** The name of a kind of method in grpc-js, and its handler. */
function toHandler(
  method: DescMethod,
  implementation: unknown,
  environment: HandlerEnvironment,
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

function toUnaryHandler(method: DescMethod, serve: OneToOne, environment: HandlerEnvironment) {
  return (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) =>
    runCall({ ...environment, call, method, sendStatus: callback }, async (wire) => {
      const response = await serve(readRequest(method, call.request), wire.context);
      sendResponse(wire, method, response, callback);
    });
}

function toServerStreamHandler(method: DescMethod, serve: OneToMany, environment: HandlerEnvironment) {
  return (call: ServerWritableStream<Buffer, Buffer>) =>
    runCall({ ...environment, call, method, sendStatus: (status) => call.emit('error', status) }, async (wire) => {
      await sendResponses(wire, method, serve(readRequest(method, call.request), wire.context), call);
    });
}

function toClientStreamHandler(method: DescMethod, serve: ManyToOne, environment: HandlerEnvironment) {
  return (call: ServerReadableStream<Buffer, Buffer>, callback: sendUnaryData<Buffer>) =>
    runCall({ ...environment, call, method, sendStatus: callback }, async (wire) => {
      const response = await serve(readRequests(method, call), wire.context);
      sendResponse(wire, method, response, callback);
    });
}

function toBidiHandler(method: DescMethod, serve: ManyToMany, environment: HandlerEnvironment) {
  return (call: ServerDuplexStream<Buffer, Buffer>) =>
    runCall({ ...environment, call, method, sendStatus: (status) => call.emit('error', status) }, (wire) =>
      sendResponses(wire, method, serve(readRequests(method, call), wire.context), call),
    );
}

function runCall(
  { enter, ...options }: WireCallOptions & HandlerEnvironment,
  work: (wire: WireCall) => Promise<void>,
): void {
  enter(() => {
    const wire = new WireCall(options);
    void work(wire).catch((error: unknown) => wire.fail(error));
  });
}

function readRequest({ input }: DescMethod, bytes: Buffer): Message {
  try {
    return fromBinary(input, bytes);
  } catch (cause) {
    // The code that gRPC defines for this, for clients and servers.
    throw new ServiceError(Code.Internal, `cannot decode the request as ${input.typeName}`, {
      reason: 'unreadable_request',
      cause,
    });
  }
}

async function* readRequests(
  method: DescMethod,
  call: ServerReadableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>,
): AsyncGenerator<Message> {
  // A service may stop reading and still respond, so leaving the loop must not destroy the stream.
  for await (const bytes of call.iterator({ destroyOnReturn: false })) {
    yield readRequest(method, bytes);
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
