// Access control: the service account's token, its organization, and its permission for each API family.
import type { IncomingMessage } from 'node:http';
import { readTokenExpiryMs } from '../service-token.ts';
import { ApiError, notFound } from './answer.ts';
import type { ApiFamily } from './router.ts';

export interface Access {
  readonly token: string;
  readonly organizationId: string;
  /** Families that the service account has no permission for. */
  readonly forbidden: ReadonlySet<ApiFamily>;
  readonly now: () => number;
}

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

export function isAuthorized(request: IncomingMessage, token: string): boolean {
  return request.headers.authorization === `Bearer ${token}`;
}

/**
 * Throws the API's response to unauthorized requests: 401 for a missing, wrong or expired token; 403 for a forbidden
 * family or the UUID of another organization; 404 for an organization id that is not a UUID.
 */
export function checkAccess(access: Access, request: IncomingMessage, path: string): void {
  if (!isAuthorized(request, access.token)) {
    throw new ApiError(401, request.headers.authorization === undefined ? 'No authorization token' : 'Invalid token');
  }
  const expiryMs = readTokenExpiryMs(access.token);
  if (expiryMs !== undefined && expiryMs <= access.now()) {
    throw new ApiError(401, 'Token expired');
  }
  const [, family = '', , , organizationId = ''] = path.split('/');
  if ((access.forbidden as ReadonlySet<string>).has(family)) {
    throw new ApiError(403, `The service account has no permission for ${family}`);
  }
  if (organizationId.toLowerCase() !== access.organizationId.toLowerCase()) {
    throw UUID.test(organizationId)
      ? new ApiError(403, `The service account does not belong to organization ${organizationId}`)
      : notFound(`No organization ${JSON.stringify(organizationId)}`);
  }
}
