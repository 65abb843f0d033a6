// The key of the client secret, for whoever runs the connector's services.
import type { Settings } from '../../config/field.ts';
import { clientSecret } from '../../config/fields/service-mode.ts';
import type { ClientKey } from '../../credentials/decrypt-password.ts';
import { parseClientKey } from './client-secret.ts';

/**
 * What decrypts the passwords that ConductorOne's people chose. Nothing where there is no client secret.
 * @throws ServiceError INVALID_ARGUMENT as {@link parseClientKey}
 */
export async function readClientKey(settings: Settings): Promise<ClientKey | undefined> {
  const secret = settings.get(clientSecret);
  return secret === undefined ? undefined : parseClientKey(secret);
}
