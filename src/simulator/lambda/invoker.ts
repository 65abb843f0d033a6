// Calls a hosted connector as ConductorOne does: through invocations, with a signed token in each.
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import {
  create,
  type DescMessage,
  type DescMethodUnary,
  type DescService,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { anyPack, anyUnpack } from '@bufbuild/protobuf/wkt';
import { type CallOptions, type Client, Code, ConnectError } from '@connectrpc/connect';
import { RequestSchema, type Response, ResponseSchema } from '#gen/c1/transport/v1/transport_pb.js';
import { StatusSchema } from '#gen/google/rpc/status_pb.js';
import type { LambdaSimulator } from './runtime-api.ts';

const issuer = 'https://acme.conductor.one';
const subject = 'connector-1';
const audience = 'connector-aud';
const tokenSeconds = 300;
const frameVersion = 2;

/** Claims or headers of a token that differ from a right one. Undefined leaves a claim out. */
export interface TokenChanges {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  /** Signs the token. Default: the right key. */
  readonly key?: KeyObject;
}

export class Invoker {
  readonly #lambda: LambdaSimulator;
  readonly #key = generateKeyPairSync('ed25519');
  readonly #keyId = 'invoker';

  constructor(lambda: LambdaSimulator) {
    this.#lambda = lambda;
  }

  /** The settings that make a connector accept the calls. */
  get env(): Readonly<Record<string, string>> {
    return {
      BATON_LAMBDA_AUTH_JWT_SIGNER: JSON.stringify(this.publicJwk),
      BATON_LAMBDA_AUTH_JWT_EXPECTED_ISSUER: issuer,
      BATON_LAMBDA_AUTH_JWT_EXPECTED_SUBJECT: subject,
      BATON_LAMBDA_AUTH_JWT_EXPECTED_AUDIENCE: audience,
    };
  }

  get publicJwk(): Readonly<Record<string, unknown>> {
    return { ...this.#key.publicKey.export({ format: 'jwk' }), kid: this.#keyId };
  }

  /** A token of a caller. */
  token({ claims, header, key = this.#key.privateKey }: TokenChanges = {}): string {
    const now = Math.floor(Date.now() / 1000);
    const all = {
      iss: issuer,
      sub: subject,
      aud: audience,
      iat: now,
      nbf: now - 60,
      exp: now + tokenSeconds,
      ...claims,
    };
    const parts = [{ alg: 'EdDSA', kid: this.#keyId, ...header }, all];
    const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
  }

  /**
   * Calls a method with a frame, as current callers do.
   * @param metadata - Further metadata, or other values of `authorization`.
   * @throws ConnectError with the code and the message of the status
   */
  async call<Method extends DescMethodUnary>(
    method: Method,
    request: MessageInitShape<Method['input']>,
    metadata: Readonly<Record<string, string>> = {},
  ): Promise<MessageShape<Method['output']>> {
    const message = create(RequestSchema, {
      method: `/${method.parent.typeName}/${method.name}`,
      req: anyPack(method.input, create(method.input, request)),
      headers: Object.fromEntries(
        Object.entries({ authorization: `Bearer ${this.token()}`, ...metadata }).map(([name, value]) => [
          name,
          [value],
        ]),
      ),
    });
    const frame = Buffer.from(toBinary(RequestSchema, message)).toString('base64');
    const result = await this.#lambda.invoke(JSON.stringify({ v: frameVersion, frame }));
    if (result.kind === 'error') throw new ConnectError(`the invocation failed: ${result.body}`, Code.Unknown);
    const answer = JSON.parse(result.body) as { v: number; frame: string };
    return readResponse(method, fromBinary(ResponseSchema, Buffer.from(answer.frame, 'base64')));
  }

  /** All unary methods of a service, called in this way. */
  client<Desc extends DescService>(desc: Desc, signal: AbortSignal): Client<Desc> {
    const call = async (method: DescMethodUnary, request: MessageInitShape<DescMessage>, options: CallOptions = {}) => {
      signal.throwIfAborted();
      const metadata = Object.fromEntries(new Headers(options.headers));
      return await untilAborted(this.call(method, request, metadata), signal);
    };
    return Object.fromEntries(
      desc.methods
        .filter((method) => method.methodKind === 'unary')
        .map((method) => [
          method.localName,
          (request: MessageInitShape<DescMessage>, options?: CallOptions) =>
            call(method as DescMethodUnary, request, options),
        ]),
    ) as unknown as Client<Desc>;
  }
}

/** Settles like `work`, or rejects when the signal aborts. */
async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function readResponse<Method extends DescMethodUnary>(
  method: Method,
  { status: packed, resp }: Response,
): MessageShape<Method['output']> {
  const status = packed && anyUnpack(packed, StatusSchema);
  if (!status) throw new ConnectError('the response has no status', Code.Internal);
  if (status.code !== 0) throw new ConnectError(status.message, status.code);
  const message = resp && anyUnpack(resp, method.output);
  if (!message) throw new ConnectError('the response has no message', Code.Internal);
  return message as MessageShape<Method['output']>;
}
