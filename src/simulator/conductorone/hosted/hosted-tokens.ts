// The token endpoint for hosted connectors: assertions with the AWS role, and tokens that are bound to a key.
import { createHash, createHmac, randomBytes, verify } from 'node:crypto';
import { fromBinary } from '@bufbuild/protobuf';
import { AnySchema, anyUnpack } from '@bufbuild/protobuf/wkt';
import {
  type Sigv4SignedRequestSTSGetCallerIdentity,
  Sigv4SignedRequestSTSGetCallerIdentitySchema,
} from '#gen/c1/connectorapi/baton/v1/config_pb.js';
import type { ConnectorCredentials } from '../credentials.ts';
import { parseJwt } from '../parse-jwt.ts';
import { verifyProof } from './dpop-proof.ts';

/** The credentials that AWS Lambda puts into the environment of the process. */
export const awsEnv = {
  AWS_REGION: 'us-west-2',
  AWS_ACCESS_KEY_ID: 'ASIASIMULATED',
  AWS_SECRET_ACCESS_KEY: 'simulated-secret-access-key',
  AWS_SESSION_TOKEN: 'simulated-session-token',
} as const;

export interface HostedTokenOptions {
  readonly credentials: ConnectorCredentials;
  /** `127.0.0.1:8443` */
  readonly host: string;
  readonly lifetimeSeconds: number;
}

export interface HostedTokenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** Why a request was refused, for tests. */
  readonly fault?: string;
}

const path = '/auth/v1/token';
const claimNames = ['aud', 'exp', 'iat', 'id_att', 'iss', 'nbf', 'sub'];

export class HostedTokens {
  /** Every secret seen or issued: none may show up anywhere. */
  readonly secrets: string[] = [awsEnv.AWS_SECRET_ACCESS_KEY, awsEnv.AWS_SESSION_TOKEN];
  /** How requests were answered. */
  readonly answers: HostedTokenAnswer[] = [];
  /** The type that tokens are issued as. */
  tokenType = 'DPoP';
  /** Whether the endpoint demands another nonce each time, so that no request succeeds. */
  demandsNonceAlways = false;
  readonly #options: HostedTokenOptions;
  readonly #valid = new Map<string, { readonly until: number; readonly thumbprint: string }>();
  readonly #proofIds = new Set<string>();
  #nonce: string | undefined;

  constructor(options: HostedTokenOptions) {
    this.#options = options;
  }

  /** From now on, proofs for tokens must have a nonce, which the endpoint names when it is missing. */
  demandNonce(): void {
    this.#nonce = randomBytes(8).toString('hex');
  }

  answer(form: URLSearchParams, proof: string): HostedTokenAnswer {
    const answer = this.#answer(form, proof);
    this.answers.push(answer);
    return answer;
  }

  /** @returns What is wrong with the credentials of a call, or the key that it proved. */
  check(authorization: string, proof: string, url: string): ReturnType<typeof verifyProof> {
    const [type, token = ''] = authorization.split(' ');
    const known = this.#valid.get(token);
    if (type !== this.tokenType || !known || known.until < Date.now()) return 'invalid access token';
    const verified = this.#verify(proof, { method: 'POST', url, accessToken: token });
    if (typeof verified === 'string') return verified;
    return verified.thumbprint === known.thumbprint ? verified : 'the token belongs to another key';
  }

  revokeAll(): void {
    this.#valid.clear();
  }

  #answer(form: URLSearchParams, proof: string): HostedTokenAnswer {
    const { host, lifetimeSeconds } = this.#options;
    const assertion = form.get('client_assertion') ?? '';
    this.secrets.push(assertion);
    const verified = this.#verify(proof, { method: 'POST', url: `https://${host}${path}`, nonce: this.#nonce });
    if (typeof verified === 'string') {
      const headers = this.#nonce === undefined ? {} : { 'dpop-nonce': this.#nonce };
      // The one that it names is out of date at once.
      if (this.demandsNonceAlways) this.demandNonce();
      const error = verified.startsWith('nonce ') ? 'use_dpop_nonce' : 'invalid_dpop_proof';
      return { status: 400, headers, body: { error }, fault: verified };
    }
    const fault = this.#findFormFault(form) ?? this.#findAssertionFault(assertion);
    if (fault) return { status: 401, headers: {}, body: { error: 'invalid_client' }, fault };
    const token = randomBytes(24).toString('base64url');
    this.secrets.push(token);
    this.#valid.set(token, { until: Date.now() + lifetimeSeconds * 1000, thumbprint: verified.thumbprint });
    const body = { access_token: token, token_type: this.tokenType, expires_in: lifetimeSeconds };
    return { status: 200, headers: {}, body };
  }

  #verify(proof: string, expected: Parameters<typeof verifyProof>[1]): ReturnType<typeof verifyProof> {
    const verified = verifyProof(proof, expected);
    if (typeof verified === 'string') return verified;
    if (this.#proofIds.has(verified.id)) return 'the proof was used before';
    this.#proofIds.add(verified.id);
    return verified;
  }

  #findFormFault(form: URLSearchParams): string | undefined {
    if (form.get('grant_type') !== 'client_credentials') return 'grant_type is wrong';
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
    if (form.get('client_assertion_type') !== type) return 'client_assertion_type is wrong';
    return form.get('client_id') === this.#options.credentials.clientId ? undefined : 'client_id is unknown';
  }

  #findAssertionFault(assertion: string): string | undefined {
    const { credentials, host } = this.#options;
    const jwt = parseJwt(assertion);
    if (!jwt) return 'the assertion is not a JWT';
    const { header, claims } = jwt;
    if (!verify(null, jwt.signed, credentials.publicKey, jwt.signature)) return 'the assertion has a wrong signature';
    if (JSON.stringify(header) !== '{"alg":"EdDSA"}') return `the header is ${JSON.stringify(header)}`;
    const names = Object.keys(claims).sort();
    if (names.join() !== claimNames.join()) return `the claims are ${names.join(', ')}`;
    if (claims.iss !== credentials.clientId || claims.sub !== credentials.clientId) return 'iss or sub is wrong';
    if (claims.aud !== host.replace(/:\d+$/, '')) return `aud is ${JSON.stringify(claims.aud)}`;
    const [iat, nbf, exp] = [claims.iat, claims.nbf, claims.exp].map(Number) as [number, number, number];
    if (Math.abs(iat - Date.now() / 1000) > 60) return 'iat is not now';
    if (exp - iat !== 120 || iat - nbf !== 60) return `exp is ${exp - iat} s after iat, nbf ${iat - nbf} s before`;
    return findAttestationFault(String(claims.id_att));
  }
}

/** Asks AWS who signed the request, which is simulated: the signature is computed again. */
function findAttestationFault(text: string): string | undefined {
  let signed: Sigv4SignedRequestSTSGetCallerIdentity | undefined;
  try {
    const packed = fromBinary(AnySchema, Buffer.from(text, 'base64url'));
    signed = anyUnpack(packed, Sigv4SignedRequestSTSGetCallerIdentitySchema);
  } catch {
    // Handled below.
  }
  if (!signed) return 'id_att is not a signed request';
  const headers = new Map(signed.headers.map(({ key, value }) => [key.toLowerCase(), value.join()]));
  const host = new URL(signed.endpoint).host;
  if (signed.method !== 'POST' || host !== `sts.${awsEnv.AWS_REGION}.amazonaws.com`)
    return 'id_att is for another host';
  if (headers.get('x-amz-security-token') !== awsEnv.AWS_SESSION_TOKEN) return 'the session token is wrong';
  const authorization = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/;
  const [, keyId, scope = '', names = '', signature] = authorization.exec(headers.get('authorization') ?? '') ?? [];
  if (keyId !== awsEnv.AWS_ACCESS_KEY_ID) return 'the request is signed with another key';
  const body = Buffer.from(signed.body);
  const sent = new Map([...headers, ['host', host], ['content-length', String(body.length)]]);
  const lines = names.split(';').map((name) => `${name}:${sent.get(name)}\n`);
  const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
  const canonical = ['POST', '/', '', lines.join(''), names, sha256(body)].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', headers.get('x-amz-date'), scope, sha256(canonical)].join('\n');
  let key: string | Buffer = `AWS4${awsEnv.AWS_SECRET_ACCESS_KEY}`;
  for (const part of [...scope.split('/'), toSign]) key = createHmac('sha256', key).update(part).digest();
  return Buffer.from(key).toString('hex') === signature ? undefined : 'the signature of the request is wrong';
}
