// The client id that ConductorOne issues: who we are, and where ConductorOne is.
import { Code, ServiceError } from '../../author/service-error.ts';
import { type ClientIdParts, checkClientId, splitClientId } from '../../config/fields/client-credentials.ts';

/** A client id and its parts. */
export interface ClientId extends ClientIdParts {
  /** The complete id, as it is sent. */
  readonly text: string;
}

/**
 * Takes a client id apart.
 * @throws ServiceError INVALID_ARGUMENT that says which part is missing.
 */
export function parseClientId(input: string): ClientId {
  const text = input.trim();
  const parts = splitClientId(text);
  const fault = checkClientId(text);
  if ('fault' in parts || fault !== undefined) {
    throw new ServiceError(Code.InvalidArgument, `the client id ${fault}`, { reason: 'invalid_client_id' });
  }
  return { text, ...parts };
}
