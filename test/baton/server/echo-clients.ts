// The echo service called by two independent gRPC clients, so that one table of tests runs over both.
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type StringValue, StringValueSchema } from '@bufbuild/protobuf/wkt';
import { type CallOptions, ConnectError, createClient } from '@connectrpc/connect';
import { findTrailerError } from '@connectrpc/connect/protocol-grpc';
import { type ServiceError as GrpcJsError, Metadata } from '@grpc/grpc-js';
import { toHeaders, toMetadata } from '../../../src/baton/server/grpc/grpc-metadata.ts';
import { EchoService } from './echo-service.ts';
import type { TestServer } from './test-server.ts';

export interface Reply {
  readonly texts: string[];
  readonly headers: Headers;
  readonly trailers: Headers;
}

export interface EchoOptions {
  readonly headers?: Headers;
  readonly signal?: AbortSignal;
}

/** Rejects with a ConnectError. Methods of one request send the first of `texts`. */
export type EchoCall = (texts: readonly string[], options?: EchoOptions) => Promise<Reply>;
export type EchoClient = Record<'one' | 'many' | 'collect' | 'chat', EchoCall>;

export const echoClients: Record<string, (server: TestServer) => EchoClient> = {
  'connect-node': createConnectClient,
  'grpc-js': createGrpcJsClient,
};

function createConnectClient({ transport }: TestServer): EchoClient {
  const client = createClient(EchoService, transport);
  const call =
    (
      start: (texts: readonly string[], options: CallOptions) => Promise<StringValue> | AsyncIterable<StringValue>,
    ): EchoCall =>
    async (toSend, options) => {
      let headers = new Headers();
      let trailers = new Headers();
      const started = start(toSend, {
        ...options,
        onHeader: (received) => {
          headers = received;
        },
        onTrailer: (received) => {
          trailers = received;
        },
      });
      const texts: string[] = [];
      if (Symbol.asyncIterator in started) {
        for await (const { value } of started) {
          texts.push(value);
        }
      } else {
        texts.push((await started).value);
      }
      return { texts, headers, trailers };
    };
  return {
    one: call(([value], options) => client.one({ value: value ?? '' }, options)),
    many: call(([value], options) => client.many({ value: value ?? '' }, options)),
    collect: call((texts, options) => client.collect(toRequests(texts), options)),
    chat: call((texts, options) => client.chat(toRequests(texts), options)),
  };
}

async function* toRequests(texts: readonly string[]) {
  for (const value of texts) {
    yield { value };
  }
}

function createGrpcJsClient({ grpcJs }: TestServer): EchoClient {
  const path = (method: string) => `/test.EchoService/${method}`;
  const encode = (value: string) => Buffer.from(toBinary(StringValueSchema, create(StringValueSchema, { value })));
  const decode = (bytes: Buffer) => fromBinary(StringValueSchema, bytes).value;
  type Started = NodeJS.EventEmitter & { cancel(): void };
  const run = (
    { signal }: EchoOptions = {},
    start: (done: (error: GrpcJsError | null, text?: string) => void) => Started,
  ): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const texts: string[] = [];
      let headers = new Headers();
      const started = start((_error, text) => text !== undefined && texts.push(text));
      signal?.addEventListener('abort', () => started.cancel());
      started.on('data', (text: string) => texts.push(text));
      started.on('error', () => {});
      started.on('metadata', (metadata: Metadata) => {
        headers = toHeaders(metadata);
      });
      started.on('status', ({ code, details, metadata }: { code: number; details: string; metadata: Metadata }) => {
        const trailers = toHeaders(metadata);
        if (code === 0) {
          resolve({ texts, headers, trailers });
        } else {
          reject(findTrailerError(trailers) ?? new ConnectError(details, code, trailers));
        }
      });
    });
  const metadataOf = (options?: EchoOptions) => (options?.headers ? toMetadata(options.headers) : new Metadata());
  return {
    one: ([text = ''], options) =>
      run(options, (done) => grpcJs.makeUnaryRequest(path('One'), encode, decode, text, metadataOf(options), done)),
    many: ([text = ''], options) =>
      run(options, () => grpcJs.makeServerStreamRequest(path('Many'), encode, decode, text, metadataOf(options))),
    collect: (texts, options) =>
      run(options, (done) => {
        const call = grpcJs.makeClientStreamRequest(path('Collect'), encode, decode, metadataOf(options), done);
        for (const text of texts) call.write(text);
        call.end();
        return call;
      }),
    chat: (texts, options) =>
      run(options, () => {
        const call = grpcJs.makeBidiStreamRequest(path('Chat'), encode, decode, metadataOf(options));
        for (const text of texts) call.write(text);
        call.end();
        return call;
      }),
  };
}
