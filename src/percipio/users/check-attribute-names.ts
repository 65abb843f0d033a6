// Checks the names of custom attributes against those of the organization.
import { Code, type Context, ServiceError } from 'baton-connector-sdk';
import type { CustomAttributesApi } from '../api/custom-attributes.ts';
import { PercipioError } from '../api/percipio-error.ts';
import { asService } from '../service-errors.ts';

const shownMax = 50;

/**
 * Percipio may silently drop an unknown name. Where the service account may not read the names, or the response is
 * malformed, the check is skipped.
 * @throws ServiceError `unknown_custom_attribute` INVALID_ARGUMENT that lists the known names.
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
      `Percipio has no custom attribute named ${unknown.map((name) => JSON.stringify(name)).join(', ')}; it has: ${has}`,
      { reason: 'unknown_custom_attribute' },
    );
  }
}

function isUnreadable(error: unknown): boolean {
  if (!(error instanceof PercipioError)) return false;
  const { kind, status, isTransient } = error;
  return (kind === 'http' && [401, 403, 404].includes(status ?? 0)) || (kind === 'body' && !isTransient);
}
