// BatonService of ConductorOne: typed calls with credentials, host id and time limits, over one connection.
import type { DescMessage, MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError, createClient, type Interceptor } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import {
  BatonService,
  type BatonServiceFinishTaskRequestSchema,
  type BatonServiceGetTaskResponse,
  type BatonServiceGetTasksResponse,
  type BatonServiceHeartbeatResponse,
  type BatonServiceHelloRequestSchema,
  type BatonServiceUploadAssetRequestSchema,
} from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import { inSpan } from '../../instruments/telemetry.ts';
import { untilAborted } from '../../net/abort.ts';
import type { TokenProvider } from '../credentials/token-provider.ts';
import type { Http2Connection } from './http2-connection.ts';

export interface BatonClientOptions {
  readonly connection: Http2Connection;
  readonly tokens: TokenProvider;
  /** Who this process is, in every message. */
  readonly hostId: string;
  readonly userAgent: string;
  readonly callTimeoutMs: number;
  /** Called when a call has succeeded. */
  onContact(): void;
}

/** A request but for the host id, which the client adds. */
type Init<Schema extends DescMessage> = Omit<Exclude<MessageInitShape<Schema>, { $typeName: string }>, 'hostId'>;

/** A call whose token is refused is retried once, with a new token. */
const attemptsWithToken = 2;

/** The calls that a connector makes. All of them reject with ConnectError, and honour their signal. */
export interface BatonClient {
  readonly hostId: string;
  hello(request: Init<typeof BatonServiceHelloRequestSchema>, signal: AbortSignal): Promise<void>;
  getTask(signal: AbortSignal): Promise<BatonServiceGetTaskResponse>;
  getTasks(pageSize: number, knownTaskIds: string[], signal: AbortSignal): Promise<BatonServiceGetTasksResponse>;
  heartbeat(taskId: string, signal: AbortSignal): Promise<BatonServiceHeartbeatResponse>;
  finishTask(request: Init<typeof BatonServiceFinishTaskRequestSchema>, signal: AbortSignal): Promise<void>;
  uploadAsset(
    messages: AsyncIterable<MessageInitShape<typeof BatonServiceUploadAssetRequestSchema>>,
    signal: AbortSignal,
  ): Promise<void>;
}

/** Makes the client. It connects with the first call. */
export function createBatonClient(options: BatonClientOptions): BatonClient {
  const { connection, hostId, callTimeoutMs } = options;
  const transport = createGrpcTransport({
    baseUrl: connection.authority,
    sessionManager: connection,
    interceptors: [withCredentials(options)],
  });
  const service = createClient(BatonService, transport);
  const limits = (signal: AbortSignal) => ({ signal, timeoutMs: callTimeoutMs });
  return {
    hostId,
    hello: async (request, signal) => {
      await traced('Hello', () => service.hello({ ...request, hostId }, limits(signal)));
    },
    getTask: (signal) => traced('GetTask', () => service.getTask({ hostId }, limits(signal))),
    getTasks: (pageSize, knownTaskIds, signal) =>
      traced('GetTasks', () => service.getTasks({ hostId, pageSize, knownTaskIds }, limits(signal))),
    heartbeat: (taskId, signal) => traced('Heartbeat', () => service.heartbeat({ hostId, taskId }, limits(signal))),
    finishTask: async (request, signal) => {
      await traced('FinishTask', () => service.finishTask({ ...request, hostId }, limits(signal)));
    },
    // No time limit: a file may be large and the network slow. Pings detect a dead connection.
    uploadAsset: async (messages, signal) => {
      await traced('Upload', () => service.uploadAsset(messages, { signal }));
    },
  };
}

/** Makes a call within a span of the Go runner's name. Like that, it does not pass its trace on to ConductorOne. */
async function traced<Response>(name: string, call: () => Promise<Response>): Promise<Response> {
  return await inSpan(`c1ServiceClient.${name}`, { kind: 'client' }, call);
}

function withCredentials({ tokens, userAgent, onContact }: BatonClientOptions): Interceptor {
  return (next) => async (request) => {
    for (let attempt = 1; ; attempt++) {
      const authorization = await untilAborted(tokens.authorization(), request.signal);
      request.header.set('authorization', authorization);
      request.header.set('user-agent', userAgent);
      try {
        const response = await next(request);
        onContact();
        return response;
      } catch (error) {
        if (ConnectError.from(error).code !== Code.Unauthenticated) throw error;
        // A token can be revoked before it ends.
        tokens.discard(authorization);
        // A stream cannot be read twice: whoever made it retries.
        if (request.stream || attempt === attemptsWithToken) throw error;
      }
    }
  };
}
