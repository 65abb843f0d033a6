// Checks who calls: ConductorOne signs a token for each invocation.
import { type CryptoKey, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { Code, ServiceError } from '../../author/service-error.ts';

/** What a token must say. */
export interface ExpectedCaller {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
}

/** Checks the headers of a call. @throws ServiceError UNAUTHENTICATED */
export type CallerCheck = (headers: Headers) => Promise<void>;

/** Signatures that only the holder of a private key can make. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Tokens that are valid for longer are rejected. */
const validForSecondsMax = 24 * 60 * 60;

/**
 * Creates the check of the header `authorization` (pkg/auth and pkg/lambda/grpc/middleware of baton-sdk v0.25.0). As
 * there, clocks get no tolerance.
 * @param findKey - Finds the key for a token, by its header.
 */
export function createCallerCheck(expected: ExpectedCaller, findKey: JWTVerifyGetKey): CallerCheck {
  return async (headers) => {
    const authorization = headers.get('authorization');
    if (authorization === null) throw unauthenticated('missing authorization header');
    const token = /^Bearer (\S+)$/.exec(authorization)?.[1];
    if (token === undefined) throw unauthenticated('invalid authorization header');
    const { exp = 0 } = await verify(token, expected, findKey);
    if (exp - Date.now() / 1000 > validForSecondsMax) {
      throw unauthenticated('invalid token: it is valid for more than 24 hours');
    }
  };
}

async function verify(token: string, expected: ExpectedCaller, findKey: JWTVerifyGetKey): Promise<JWTPayload> {
  const options = { ...expected, algorithms, requiredClaims: ['exp'] };
  try {
    return (await jwtVerify(token, findKey, options)).payload;
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) return await verifyWithAny(token, error, options);
    throw invalidToken(error);
  }
}

/** A token without a key id may be signed by any of several keys. */
async function verifyWithAny(
  token: string,
  keys: AsyncIterable<CryptoKey>,
  options: Parameters<typeof jwtVerify>[2],
): Promise<JWTPayload> {
  for await (const key of keys) {
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw invalidToken(error);
    }
  }
  throw unauthenticated('invalid token: no key has signed it');
}

/** The messages of jose name the fault, and show nothing of a token. */
function invalidToken(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const fault = error instanceof errors.JOSEError ? error.message : 'it cannot be read';
  return unauthenticated(`invalid token: ${fault}`, error);
}

function unauthenticated(message: string, cause?: unknown): ServiceError {
  return new ServiceError(Code.Unauthenticated, message, { reason: 'unknown_caller', cause });
}
