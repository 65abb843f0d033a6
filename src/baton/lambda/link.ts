// The way from a hosted connector to ConductorOne: one connection, whose calls prove who makes them.
import type { KeyObject } from 'node:crypto';
import { ConnectError, type Interceptor } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import type { Logger } from 'pino';
import { Code, ServiceError } from '../author/service-error.ts';
import type { ClientId } from '../conductorone/credentials/client-id.ts';
import { requestToken, type TokenProof } from '../conductorone/credentials/token-endpoint.ts';
import { TokenProvider } from '../conductorone/credentials/token-provider.ts';
import { Http2Connection } from '../conductorone/link/http2-connection.ts';
import { protocolVersion } from '../messages/protocol-version.ts';
import { untilAborted } from '../net/abort.ts';
import { type Environment, UnusableVariableError } from '../net/environment.ts';
import { findRoute, type Route } from '../net/route.ts';
import { createAttestation } from './credentials/attestation.ts';
import { DpopKey } from './credentials/dpop.ts';
import { createHostedAssertion } from './credentials/hosted-assertion.ts';
import { createHttp2Sender } from './http2-sender.ts';

export interface LinkOptions {
  readonly clientId: ClientId;
  /** The key of the client secret. */
  readonly clientKey: KeyObject;
  readonly env: Environment;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

export interface Link {
  readonly transport: ReturnType<typeof createGrpcTransport>;
  /** For which ConductorOne encrypts configs. */
  readonly key: KeyObject;
  close(): void;
}

const tokenHostVariable = 'BATON_LAMBDA_TOKEN_HOST';
const configHostVariable = 'BATON_LAMBDA_CONFIGURATION_HOST';
const certificateVariable = 'BATON_LAMBDA_CA_CERT_PATH';

const connectTimeoutMs = 10_000;
const tokenTimeoutMs = 30_000;
/** The platform waits for a start for seconds only, and repeats it. */
const tokenAttemptsMax = 2;
const retryDelayMs = 500;
/** How often a call is made with a new token when the former one is refused. */
const attemptsWithToken = 2;
/** The process may stand still between any two calls. A connection that was idle for this long is checked first. */
const pingIntervalMs = 1000;
const pingTimeoutMs = 2000;

/**
 * Makes the link. It connects with its first call (pkg/lambda/grpc/config of baton-sdk v0.25.0).
 * @throws ServiceError when a variable of the environment cannot be used.
 */
export function createLink({ clientId, clientKey, env, logger, signal }: LinkOptions): Link {
  const tokenRoute = findRouteTo(tokenHostVariable, env[tokenHostVariable] ?? clientId.host, env);
  const tokenHost = tokenRoute.origin.host;
  const connect = (route: Route) => new Http2Connection({ route, connectTimeoutMs, pingIntervalMs, pingTimeoutMs });
  const configRoute = findRouteTo(configHostVariable, env[configHostVariable] ?? tokenHost, env);
  const userAgent = `baton-lambda/${clientId.text} ${protocolVersion}`;
  const connection = connect(configRoute);
  const tokenConnection = tokenRoute.origin.host === configRoute.origin.host ? connection : connect(tokenRoute);
  const dpop = new DpopKey();
  const proof = new NonceProof(dpop);
  const tokens = new TokenProvider({
    request: async (limited) => {
      const now = new Date();
      const attestation = createAttestation(env, now);
      return requestToken({
        sender: createHttp2Sender(tokenConnection),
        origin: tokenRoute.origin.origin,
        clientId: clientId.text,
        assertion: await createHostedAssertion({
          clientId: clientId.text,
          key: clientKey,
          tokenHost,
          attestation,
          now,
        }),
        userAgent,
        signal: limited,
        proof,
        settingNames: 'BATON_LAMBDA_CLIENT_ID and BATON_LAMBDA_CLIENT_SECRET',
      });
    },
    logger,
    attemptsMax: tokenAttemptsMax,
    retryDelayMs,
    timeoutMs: tokenTimeoutMs,
    signal,
    // Other clocks may stand still while the process is frozen.
    now: Date.now,
  });
  const transport = createGrpcTransport({
    baseUrl: connection.authority,
    sessionManager: connection,
    interceptors: [withProof({ tokens, dpop, userAgent })],
  });
  const close = () => {
    connection.close();
    tokenConnection.close();
  };
  return { transport, key: dpop.privateKey, close };
}

function findRouteTo(variable: string, host: string, env: Environment): Route {
  const url = URL.parse(`https://${host}`);
  if (host === '' || url?.pathname !== '/' || url.search !== '' || url.username !== '') {
    const message = `${variable} must be a host, such as acme.conductor.one or localhost:8443`;
    throw new ServiceError(Code.InvalidArgument, message, { reason: 'invalid_api_host' });
  }
  try {
    return findRoute(url, env, [certificateVariable]);
  } catch (cause) {
    if (!(cause instanceof UnusableVariableError)) throw cause;
    throw new ServiceError(Code.FailedPrecondition, cause.message, { reason: cause.reason, cause });
  }
}

/** Proofs for the token endpoint, with the nonce that it wants. */
class NonceProof implements TokenProof {
  readonly #dpop: DpopKey;
  #nonce: string | undefined;

  constructor(dpop: DpopKey) {
    this.#dpop = dpop;
  }

  prove(request: { readonly method: string; readonly url: string }): Promise<string> {
    return this.#dpop.prove({ ...request, nonce: this.#nonce });
  }

  acceptNonce(nonce: string): void {
    this.#nonce = nonce;
  }
}

interface ProofOptions {
  readonly tokens: TokenProvider;
  readonly dpop: DpopKey;
  readonly userAgent: string;
}

function withProof({ tokens, dpop, userAgent }: ProofOptions): Interceptor {
  return (next) => async (request) => {
    for (let attempt = 1; ; attempt++) {
      const authorization = await untilAborted(tokens.authorization(), request.signal);
      const accessToken = authorization.slice(authorization.indexOf(' ') + 1);
      request.header.set('authorization', authorization);
      request.header.set('dpop', await dpop.prove({ method: 'POST', url: request.url, accessToken }));
      request.header.set('user-agent', userAgent);
      try {
        return await next(request);
      } catch (error) {
        if (ConnectError.from(error).code !== Code.Unauthenticated) throw error;
        // A token can be revoked before it ends.
        tokens.discard(authorization);
        // A stream cannot be read twice; no call has one.
        if (request.stream || attempt === attemptsWithToken) throw error;
      }
    }
  };
}
