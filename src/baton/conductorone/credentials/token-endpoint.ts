// Requests an access token from ConductorOne.
import { z } from 'zod';
import { Code, ServiceError } from '../../author/service-error.ts';
import { ConnectionError } from '../../net/connection-error.ts';
import { type HttpSender, readText } from '../../net/http-sender.ts';
import { explainClock } from './clock.ts';

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

/** Reasons of errors that only a person can end: ConductorOne does not accept the credentials, or the clock is wrong. */
const finalReasons: ReadonlySet<string> = new Set(['credentials_refused', 'clock_wrong']);

/** Whether ConductorOne has refused a token, now and later. */
export function isRefused(error: unknown): boolean {
  return error instanceof ServiceError && finalReasons.has(error.reason);
}

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
 * @throws ServiceError UNAUTHENTICATED for a refusal (see {@link isRefused}); UNAVAILABLE for a failure that may pass.
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
    const sentAtMs = Date.now();
    const answer = await sender.request({ method: 'POST', path, headers, body: form.toString(), signal });
    const clockFault = explainClock(answer.headers.date, sentAtMs, Date.now());
    return readAnswer(url, answer.status, await readText(answer.body, answerBytesMax), clockFault);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ServiceError) throw error;
    if (error instanceof ConnectionError) {
      throw new ServiceError(Code.Unavailable, error.message, { reason: 'no_connection', cause: error });
    }
    throw unavailable(`the connection to ${url} failed: ${(error as Error).message}`, error);
  }
}

function readAnswer(url: string, status: number, body: string, clockFault: string | undefined): AccessToken {
  if (status >= 400 && status < 500 && !transientStatuses.has(status)) {
    if (clockFault !== undefined) {
      const message = `ConductorOne refuses the credentials: ${url} answered ${status}, and ${clockFault}. Set the clock, such as with NTP; the credentials may be right`;
      throw new ServiceError(Code.Unauthenticated, message, { reason: 'clock_wrong' });
    }
    const message = `ConductorOne refuses the credentials: ${url} answered ${status}. Check --client-id and --client-secret (BATON_CLIENT_ID, BATON_CLIENT_SECRET), and that the connector still exists; "Rotate" in ConductorOne makes a new secret`;
    throw new ServiceError(Code.Unauthenticated, message, { reason: 'credentials_refused' });
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
