// BatonService as ConductorOne serves it, as far as a connector can tell.
import type { DescMethod } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { createValidator } from '@bufbuild/protovalidate';
import {
  Code,
  ConnectError,
  type ConnectRouter,
  type HandlerContext,
  type Interceptor,
  type ServiceImpl,
} from '@connectrpc/connect';
import {
  BatonService,
  type BatonServiceGetTaskResponse,
  type BatonServiceGetTasksResponse,
  type Task,
} from '#gen/c1/connectorapi/baton/v1/baton_pb.js';
import type { AccessTokens } from './access-tokens.ts';
import type { CallLog } from './call-log.ts';
import { type Faults, type FaultyCall, happen } from './faults.ts';
import type { TaskBoard } from './task-board.ts';
import type { Uploads } from './uploads.ts';

export interface BatonServiceOptions {
  readonly tokens: AccessTokens;
  readonly tasks: TaskBoard;
  readonly uploads: Uploads;
  readonly calls: CallLog;
  readonly faults: Faults;
  /** How long every response asks the connector to wait before it polls for tasks again, in ms. */
  readonly nextPollMs: number;
  /** The same for heartbeats. */
  readonly nextHeartbeatMs: number;
  /** Closes all connections. */
  drop(): void;
  /** How often that has happened. */
  dropCount(): number;
}

/** Routes BatonService. Calls need a valid token, and their messages are validated by the rules of the contract. */
export function routeBatonService(router: ConnectRouter, options: BatonServiceOptions): void {
  router.service(BatonService, createBatonService(options), { interceptors: [letIn(options)] });
}

function createBatonService(options: BatonServiceOptions): Partial<ServiceImpl<typeof BatonService>> {
  const { tasks, uploads, faults, drop } = options;
  const nextPoll = durationFromMs(options.nextPollMs);
  const nextHeartbeat = durationFromMs(options.nextHeartbeatMs);
  return {
    hello: () => ({}),
    getTask: () => {
      const [task] = tasks.take(1, []);
      return { nextPoll, nextHeartbeat, ...(task && { task }) };
    },
    getTasks: ({ pageSize, knownTaskIds }) => ({
      tasks: tasks.take(pageSize, knownTaskIds),
      nextPoll,
      nextHeartbeat,
    }),
    heartbeat: ({ taskId }) => {
      if (!tasks.isOpen(taskId)) throw new ConnectError(`unknown task ${taskId}`, Code.NotFound);
      tasks.renew(taskId);
      return { nextHeartbeat, cancelled: tasks.isCancelled(taskId) };
    },
    finishTask: (request) => {
      if (!tasks.isOpen(request.taskId)) throw new ConnectError(`unknown task ${request.taskId}`, Code.NotFound);
      tasks.finish(request);
      return {};
    },
    uploadAsset: async (messages, context: HandlerContext) => {
      const fault = faults.take('UploadAsset');
      const received = async (bytes: number) => {
        if (fault && bytes >= (fault.afterBytes ?? 0)) await happen(fault, context.signal, drop);
      };
      await uploads.receive(messages, (id) => tasks.isOpen(id), received);
      return {};
    },
  };
}

/** One for the process: it compiles the rules of each message type once. */
const validator = createValidator();

function letIn({ tokens, tasks, calls, faults, drop, dropCount }: BatonServiceOptions): Interceptor {
  const check = (method: DescMethod, message: object) => {
    const result = validator.validate(method.input, message as never);
    if (result.kind !== 'valid') throw new ConnectError(result.error?.message ?? 'invalid', Code.InvalidArgument);
  };
  return (next) => async (request) => {
    const { method } = request;
    const dropsBefore = dropCount();
    calls.add({ name: method.name, request: request.stream ? undefined : request.message, headers: request.header });
    const fault = request.stream ? undefined : faults.take(method.name as FaultyCall);
    if (fault && fault.kind !== 'lose') await happen(fault, request.signal, drop);
    if (!tokens.isValid(request.header.get('authorization'))) {
      throw new ConnectError('invalid access token', Code.Unauthenticated);
    }
    if (!request.stream) {
      check(method, request.message);
      const response = await next(request);
      if (fault) drop();
      // The response is lost, so nobody has its tasks.
      if (dropCount() !== dropsBefore && !response.stream) tasks.handOutAgain(tasksIn(response.message));
      return response;
    }
    const messages = request.message;
    const checked = async function* () {
      for await (const each of messages) {
        check(method, each);
        yield each;
      }
    };
    return next({ ...request, message: checked() });
  };
}

function tasksIn(message: object): readonly Task[] {
  const { task, tasks = [] } = message as Partial<BatonServiceGetTaskResponse & BatonServiceGetTasksResponse>;
  return task ? [task] : tasks;
}
