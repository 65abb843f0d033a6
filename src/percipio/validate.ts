// Checks that a sync can work: what can be seen of the settings, then one small request to each API family.
import type { Context } from '../baton/connector.ts';
import { Code, ServiceError } from '../baton/service-error.ts';
import { inspectOrganizationId } from './api/inspect-organization-id.ts';
import { inspectToken } from './api/inspect-token.ts';
import type { PercipioClient } from './api/percipio-client.ts';
import { probedFamilies } from './api/probes.ts';
import { asService } from './service-errors.ts';

/** From when on the end of a token is worth a warning. */
const expiryWarningDays = 30;

export interface ValidateOptions {
  readonly token: string;
  readonly organizationId: string;
  readonly client: () => PercipioClient;
}

/**
 * @throws ServiceError INVALID_ARGUMENT for a setting that cannot be right, UNAUTHENTICATED for a token that has expired
 * or is refused, PERMISSION_DENIED with the API family that it may not use; all faults of one kind at once.
 */
export async function validatePercipio(
  { token, organizationId, client }: ValidateOptions,
  context: Context,
): Promise<void> {
  const { problem, expiresAt, daysLeft } = inspectToken(token, new Date());
  const faults = [problem, inspectOrganizationId(organizationId)].filter((fault) => fault !== undefined);
  if (faults.length > 0) {
    const hasExpired = daysLeft !== undefined && daysLeft < 0;
    throw new ServiceError(hasExpired ? Code.Unauthenticated : Code.InvalidArgument, faults.join('; '), {
      reason: hasExpired ? 'token_expired' : 'invalid_settings',
    });
  }
  if (daysLeft !== undefined && daysLeft < expiryWarningDays) {
    context.reporter.warn(
      `the API token expires in ${daysLeft} day${daysLeft === 1 ? '' : 's'} (${expiresAt?.toISOString()}); have it renewed`,
    );
  }
  const probes = await Promise.allSettled(
    probedFamilies.map((family) => asService(context.signal, (signal) => client().probes.probe(family, signal))),
  );
  const failures = probes.filter((probe) => probe.status === 'rejected').map((probe) => probe.reason as unknown);
  const [first] = failures;
  if (!(first instanceof ServiceError) || failures.length === 1) {
    if (first !== undefined) {
      throw first;
    }
    return;
  }
  const messages = failures.map((failure) => (failure instanceof ServiceError ? failure.rawMessage : String(failure)));
  throw new ServiceError(first.code, messages.join('; '), { reason: first.reason, cause: first });
}
