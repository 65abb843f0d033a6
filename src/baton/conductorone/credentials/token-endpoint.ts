// Requests an access token from ConductorOne.
import { z } from 'zod';
import { Code, ServiceError } from '../../author/service-error.ts';
import { ConnectionError } from '../../net/connection-error.ts';
import { type HttpHeaders, type HttpSender, readText } from '../../net/http-sender.ts';
import { explainClock } from './clock.ts';

/** What calls carry. */
export interface AccessToken {
  /** The value of the header `authorization`. */
  readonly authorization: string;
  readonly lifetimeMs: number;
}

export interface TokenRequest {
  readonly sender: Pick<HttpSender, 'request'>;
  /** `https://acme.conductor.one`. */
  readonly origin: string;
  readonly clientId: string;
  readonly assertion: string;
  readonly userAgent: string;
  readonly signal: AbortSignal;
  /** The settings that hold the credentials, for messages. */
  readonly settingNames: string;
  /** For a token that is bound to a key of this process: its type must be known then. */
  readonly proof?: TokenProof | undefined;
}

/** Proves with each request that this process holds a key (DPoP, RFC 9449). */
export interface TokenProof {
  /** The header `dpop` for a request. */
  prove(request: { readonly method: string; readonly url: string }): Promise<string>;
  /** Takes what the server wants in the next proofs. */
  acceptNonce(nonce: string): void;
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
  const send = async (): Promise<TokenResponse> => {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': options.userAgent,
      ...(options.proof && { dpop: await options.proof.prove({ method: 'POST', url }) }),
    };
    const sentAtMs = Date.now();
    const response = await sender.request({ method: 'POST', path, headers, body: form.toString(), signal });
    const clockFault = explainClock(response.headers.date, sentAtMs, Date.now());
    return { ...response, text: await readText(response.body, answerBytesMax), clockFault };
  };
  try {
    let answer = await send();
    if (options.proof && asksForNonce(answer)) {
      options.proof.acceptNonce(String(answer.headers['dpop-nonce']));
      answer = await send();
    }
    return readAnswer(url, answer, options);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ServiceError) throw error;
    if (error instanceof ConnectionError) {
      throw new ServiceError(Code.Unavailable, error.message, { reason: 'no_connection', cause: error });
    }
    throw unavailable(`the connection to ${url} failed: ${(error as Error).message}`, error);
  }
}

interface TokenResponse {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly text: string;
  /** What is wrong with the clock of this machine, if anything. */
  readonly clockFault: string | undefined;
}

function asksForNonce({ status, headers, text }: TokenResponse): boolean {
  const json = parseJson(text);
  const error = typeof json === 'object' && json !== null && 'error' in json ? json.error : undefined;
  return status === 400 && error === 'use_dpop_nonce' && typeof headers['dpop-nonce'] === 'string';
}

function readAnswer(
  url: string,
  { status, text, clockFault }: TokenResponse,
  { settingNames, proof }: Pick<TokenRequest, 'settingNames' | 'proof'>,
): AccessToken {
  if (status >= 400 && status < 500 && !transientStatuses.has(status)) {
    if (clockFault !== undefined) {
      const message = `ConductorOne refuses the credentials: ${url} answered ${status}, and ${clockFault}. Set the clock, such as with NTP; the credentials may be right`;
      throw new ServiceError(Code.Unauthenticated, message, { reason: 'clock_wrong' });
    }
    const message = `ConductorOne refuses the credentials: ${url} answered ${status}. Check ${settingNames}, and that the connector still exists; "Rotate" in ConductorOne makes a new secret`;
    throw new ServiceError(Code.Unauthenticated, message, { reason: 'credentials_refused' });
  }
  if (status !== 200) throw unavailable(`${url} answered ${status}`);
  const answer = answerSchema.safeParse(parseJson(text));
  // Neither the body nor zod's message, which quotes it, is shown: it may hold a token under another name.
  if (!answer.success) throw unavailable(`${url} answered without an access token`);
  const { access_token, token_type, expires_in } = answer.data;
  const type = spellType(token_type);
  if (type === undefined && proof)
    throw unavailable(`${url} answered with a token whose type is neither DPoP nor Bearer`);
  return { authorization: `${type ?? token_type} ${access_token}`, lifetimeMs: expires_in * 1000 };
}

/** As golang.org/x/oauth2 and RFC 9449 spell the types; their case does not matter. Undefined for an unknown one. */
function spellType(type: string): string | undefined {
  return ['Bearer', 'DPoP'].find((known) => known.toLowerCase() === (type || 'Bearer').toLowerCase());
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
