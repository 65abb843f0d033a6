// Requests an access token from ConductorOne.
import { z } from 'zod';
import { Code, ServiceError } from '../../author/service-error.ts';
import { ConnectionError } from '../../net/connection-error.ts';
import { type HttpSender, readText } from '../../net/http-sender.ts';

/** What calls carry. */
export interface AccessToken {
  /** The value of the header `authorization`. */
  readonly authorization: string;
  readonly lifetimeMs: number;
}

export interface TokenRequest {
  readonly sender: HttpSender;
  /** `https://acme.conductor.one`. */
  readonly origin: string;
  readonly clientId: string;
  readonly assertion: string;
  readonly userAgent: string;
  readonly signal: AbortSignal;
}

/** The reason of the error for credentials that ConductorOne does not accept, now or later. */
export const credentialsRefused = 'credentials_refused';

const path = '/auth/v1/token';

/** A token is a few hundred bytes long. */
const answerBytesMax = 64 * 1024;

const answerSchema = z.object({
  access_token: z.string().min(1),
  token_type: z.string().default('Bearer'),
  expires_in: z.number().nonnegative().default(0),
});

/** Refusals that say nothing about the credentials. */
const transientStatuses = new Set([408, 425, 429]);

/**
 * Sends one request (pkg/ugrpc of baton-sdk v0.25.0).
 * @throws ServiceError UNAUTHENTICATED with the reason {@link credentialsRefused}; UNAVAILABLE for a failure that may pass.
 */
export async function requestToken(options: TokenRequest): Promise<AccessToken> {
  const { sender, signal } = options;
  const url = `${options.origin}${path}`;
  const form = new URLSearchParams({
    client_assertion: options.assertion,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_id: options.clientId,
    grant_type: 'client_credentials',
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': options.userAgent };
  try {
    const { status, body } = await sender.request({ method: 'POST', path, headers, body: form.toString(), signal });
    return readAnswer(url, status, await readText(body, answerBytesMax));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ServiceError) throw error;
    if (error instanceof ConnectionError) {
      throw new ServiceError(Code.Unavailable, error.message, { reason: 'no_connection', cause: error });
    }
    throw unavailable(`the connection to ${url} failed: ${(error as Error).message}`, error);
  }
}

function readAnswer(url: string, status: number, body: string): AccessToken {
  if (status >= 400 && status < 500 && !transientStatuses.has(status)) {
    const message = `ConductorOne refuses the credentials: ${url} answered ${status}. Check --client-id and --client-secret (BATON_CLIENT_ID, BATON_CLIENT_SECRET), and that the connector still exists; "Rotate" in ConductorOne makes a new secret`;
    throw new ServiceError(Code.Unauthenticated, message, { reason: credentialsRefused });
  }
  if (status !== 200) throw unavailable(`${url} answered ${status}`);
  const answer = answerSchema.safeParse(parseJson(body));
  // Neither the body nor zod's message, which quotes it, is shown: it may hold a token under another name.
  if (!answer.success) throw unavailable(`${url} answered without an access token`);
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
