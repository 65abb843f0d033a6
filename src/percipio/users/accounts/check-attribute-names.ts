// Checks the names of custom attributes against those that the organization has.
import { Code, type Context, ServiceError } from 'baton-connector-sdk';
import type { CustomAttributesApi } from '../../api/custom-attributes.ts';
import { PercipioError } from '../../api/percipio-error.ts';
import { asService } from '../../service-errors.ts';

const shownMax = 50;

/**
 * Percipio may drop a name that it does not know without a word. Where the service account may not read the names, or
 * they come in another form than expected, it is left to Percipio.
 * @throws ServiceError INVALID_ARGUMENT that tells the names there are.
 */
export async function checkAttributeNames(
  attributes: readonly { readonly name: string }[],
  api: CustomAttributesApi,
  { logger, signal }: Context,
): Promise<void> {
  if (attributes.length === 0) {
    return;
  }
  const known = await asService(signal, async (signal) => {
    try {
      return await api.listNames(signal);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      logger.debug({ error }, 'cannot check the names of custom attributes');
      return undefined;
    }
  });
  const unknown = attributes.filter(({ name }) => known && !known.includes(name)).map(({ name }) => name);
  if (known && unknown.length > 0) {
    const shown = [...known].sort().slice(0, shownMax);
    const more = known.length > shownMax ? ` and ${known.length - shownMax} more` : '';
    const has = known.length === 0 ? 'none' : `${shown.join(', ')}${more}`;
    throw new ServiceError(
      Code.InvalidArgument,
      `Percipio has no custom attribute called ${unknown.map((name) => JSON.stringify(name)).join(', ')}; it has: ${has}`,
      { reason: 'unknown_custom_attribute' },
    );
  }
}

function isUnreadable(error: unknown): boolean {
  if (!(error instanceof PercipioError)) return false;
  const { kind, status, isTransient } = error;
  return (kind === 'http' && [401, 403, 404].includes(status ?? 0)) || (kind === 'body' && !isTransient);
}
