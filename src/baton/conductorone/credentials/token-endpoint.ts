// Asks ConductorOne's token endpoint for an access token.
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { Code, ServiceError } from '../../author/service-error.ts';
import { formatAuthority } from '../link/api-endpoint.ts';
import { openTlsSocket, type TlsSocketOptions } from '../link/open-tls-socket.ts';

/** What calls carry. */
export interface AccessToken {
  /** The value of the header `authorization`. */
  readonly authorization: string;
  readonly lifetimeMs: number;
}

export interface TokenRequest extends Omit<TlsSocketOptions, 'protocols'> {
  readonly clientId: string;
  readonly assertion: string;
  readonly userAgent: string;
}

/** The reason of the error for credentials that ConductorOne does not take, now or later. */
export const credentialsRefused = 'credentials_refused';

const path = '/auth/v1/token';
const answerSchema = z.object({
  access_token: z.string().min(1),
  token_type: z.string().default('Bearer'),
  expires_in: z.number().nonnegative().default(0),
});

/** Refusals that say nothing about the credentials. */
const transientStatuses = new Set([408, 425, 429]);

/**
 * Sends one request (pkg/ugrpc of baton-sdk v0.25.0).
 * @throws ServiceError UNAUTHENTICATED with the reason {@link credentialsRefused}; UNAVAILABLE for all that may pass.
 */
export async function requestToken(options: TokenRequest): Promise<AccessToken> {
  const { endpoint, signal } = options;
  const url = `https://${formatAuthority(endpoint)}${path}`;
  const socket = await openTlsSocket({ ...options, protocols: ['http/1.1'] });
  try {
    const body = new URLSearchParams({
      client_assertion: options.assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_id: options.clientId,
      grant_type: 'client_credentials',
    }).toString();
    const sent = request({
      createConnection: () => socket,
      method: 'POST',
      path,
      headers: {
        host: formatAuthority(endpoint),
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(body),
        'user-agent': options.userAgent,
        connection: 'close',
      },
      signal,
    }).end(body);
    const [answer] = (await once(sent, 'response', { signal })) as [IncomingMessage];
    return readAnswer(url, answer.statusCode ?? 0, await text(answer));
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ServiceError ? error : unavailable(`${url} broke off: ${(error as Error).message}`, error);
  } finally {
    socket.destroy();
  }
}

function readAnswer(url: string, status: number, body: string): AccessToken {
  if (status >= 400 && status < 500 && !transientStatuses.has(status)) {
    const message = `ConductorOne refuses the credentials: ${url} answers ${status}. Check --client-id and --client-secret (BATON_CLIENT_ID, BATON_CLIENT_SECRET), and that the connector still exists; "Rotate" in ConductorOne makes a new secret`;
    throw new ServiceError(Code.Unauthenticated, message, { reason: credentialsRefused });
  }
  if (status !== 200) throw unavailable(`${url} answers ${status}`);
  const answer = answerSchema.safeParse(parseJson(body));
  // Neither the body nor what zod says of it, which quotes it: a token may be there under another name.
  if (!answer.success) throw unavailable(`${url} answers no access token`);
  const { access_token, token_type, expires_in } = answer.data;
  // As golang.org/x/oauth2 spells it.
  const type = token_type === '' || token_type.toLowerCase() === 'bearer' ? 'Bearer' : token_type;
  return { authorization: `${type} ${access_token}`, lifetimeMs: expires_in * 1000 };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function unavailable(message: string, cause?: unknown): ServiceError {
  return new ServiceError(Code.Unavailable, message, { reason: 'no_token', cause });
}
