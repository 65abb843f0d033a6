// The loop of a hosted connector: one invocation after the other, until the process is stopped.
import type { Registry } from '@bufbuild/protobuf';
import type { Logger } from 'pino';
import type { Response } from '#gen/c1/transport/v1/transport_pb.js';
import { Code, ServiceError } from '../../author/service-error.ts';
import { flushTelemetry } from '../../instruments/telemetry.ts';
import type { CallerCheck } from '../callers/caller-check.ts';
import { type CallTarget, dispatch, failed } from './dispatch.ts';
import { type Payload, readPayload, UnreadablePayloadError, writePayload } from './payload.ts';
import { type LambdaInvocation, type RuntimeApi, RuntimeApiError } from './runtime-api.ts';

export interface InvocationOptions {
  readonly runtime: RuntimeApi;
  /** All types that may be packed in a call or a response. Only protobuf-JSON needs them. */
  readonly types: () => Promise<Registry>;
  readonly checkCaller: CallerCheck;
  /**
   * The connector for a call, which has the version of its config that the call names.
   * @throws ServiceError UNAVAILABLE when that config cannot be used.
   */
  readonly target: (configVersion: string | undefined) => Promise<CallTarget>;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** The time before the end of an invocation at which its call ends, so that the response still arrives. */
const marginMs = 500;

/** What Lambda accepts: 6 MiB and 100 bytes. The runtime API answers 413 to more. */
const responseBytesMax = 6_291_556;

const configVersionHeader = 'x-baton-connector-config-version';

/**
 * Handles invocations until the signal aborts, and rejects with its reason then.
 * @throws RuntimeApiError when the runtime API fails: the process cannot go on.
 */
export async function handleInvocations(options: InvocationOptions): Promise<never> {
  const { runtime, signal } = options;
  for (;;) {
    const invocation = await runtime.next(signal);
    await handle(invocation, options);
    // The caller has its answer by now. From the next request on, the process may stand still, or be killed.
    await flushTelemetry();
  }
}

async function handle(invocation: LambdaInvocation, options: InvocationOptions): Promise<void> {
  const { runtime, types, logger } = options;
  const { id, deadlineMs } = invocation;
  const fail = async (type: string, error: Error) => {
    logger.error({ error }, 'invocation failed');
    await runtime.fail(id, { type, message: error.message });
  };
  // As in Go. A call without a time limit would be killed without an answer.
  if (deadlineMs === undefined) {
    await fail(
      'Runtime.UnreadableDeadline',
      new RuntimeApiError('AWS Lambda did not say when the invocation must end'),
    );
    return;
  }
  let payload: Payload;
  try {
    payload = await readPayload(invocation.payload, types);
  } catch (error) {
    if (!(error instanceof UnreadablePayloadError)) throw error;
    await fail('Runtime.UnreadablePayload', error);
    return;
  }
  const response = await respond(deadlineMs, payload, options);
  await send(invocation, await write(response, payload, options), options);
}

async function respond(
  deadlineMs: number,
  { request }: Payload,
  { target, checkCaller, logger }: InvocationOptions,
): Promise<Response> {
  try {
    const version = firstText(request.headers?.[configVersionHeader]);
    return await dispatch(await target(version), {
      request,
      timeoutMs: deadlineMs - Date.now() - marginMs,
      authenticate: checkCaller,
    });
  } catch (error) {
    return failed(logger, error);
  }
}

/** A response that cannot be sent becomes an error, so that the caller learns why. */
async function write(response: Response, { encoding }: Payload, { types, logger }: InvocationOptions): Promise<string> {
  const replace = (error: ServiceError) => writePayload(failed(logger, error), encoding, types);
  let text: string;
  try {
    text = await writePayload(response, encoding, types);
  } catch (cause) {
    const message = 'the response cannot be written as JSON: send the request as a frame';
    return replace(new ServiceError(Code.Internal, message, { reason: 'unwritable_response', cause }));
  }
  // ASCII, apart from texts in JSON.
  const bytes = Buffer.byteLength(text);
  if (bytes <= responseBytesMax) return text;
  const message = `the response has ${bytes} bytes, more than the ${responseBytesMax} that AWS Lambda accepts`;
  return replace(new ServiceError(Code.ResourceExhausted, message, { reason: 'response_too_large' }));
}

async function send({ id }: LambdaInvocation, text: string, { runtime, logger }: InvocationOptions): Promise<void> {
  try {
    await runtime.respond(id, text);
  } catch (error) {
    // Lambda has ended the invocation: only its caller knows why.
    if (!(error instanceof RuntimeApiError) || error.status === undefined || error.status >= 500) throw error;
    logger.error({ error, bytes: Buffer.byteLength(text) }, 'Lambda rejected the response');
    await runtime.fail(id, { type: 'Runtime.RejectedResponse', message: error.message });
  }
}

function firstText(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value.find((item) => item !== '') : undefined;
  return typeof first === 'string' ? first : undefined;
}
