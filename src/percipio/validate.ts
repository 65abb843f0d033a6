// Checks that a sync can work: what can be seen of the settings, then one small request to each API family.
import type { Context } from '../baton/connector.ts';
import { Code, ServiceError } from '../baton/service-error.ts';
import { inspectOrganizationId } from './api/inspect-organization-id.ts';
import { inspectToken } from './api/inspect-token.ts';
import type { PercipioClient } from './api/percipio-client.ts';
import { PercipioError } from './api/percipio-error.ts';
import { type ProbedFamily, probedFamilies } from './api/probes.ts';
import { asService, organizationAdvice, tokenAdvice } from './service-errors.ts';

/** From when on the end of a token is worth a warning. */
const expiryWarningDays = 30;

export interface ValidateOptions {
  readonly token: string;
  readonly organizationId: string;
  readonly client: () => PercipioClient;
}

/**
 * @throws ServiceError INVALID_ARGUMENT for a setting that cannot be right, UNAUTHENTICATED for a token that has expired
 * or is refused, PERMISSION_DENIED with the API families that it may not use; all faults at once.
 */
export async function validatePercipio(
  { token, organizationId, client }: ValidateOptions,
  context: Context,
): Promise<void> {
  const { problem, expiresAt, daysLeft } = inspectToken(token, new Date());
  const faults = [problem, inspectOrganizationId(organizationId)].filter((fault) => fault !== undefined);
  if (faults.length > 0) {
    const hasExpired = problem !== undefined && expiresAt !== undefined;
    throw new ServiceError(hasExpired ? Code.Unauthenticated : Code.InvalidArgument, faults.join('; '), {
      reason: hasExpired ? 'token_expired' : 'invalid_settings',
    });
  }
  if (daysLeft !== undefined && daysLeft < expiryWarningDays) {
    context.reporter.warn(
      `the API token expires in ${daysLeft} day${daysLeft === 1 ? '' : 's'} (${expiresAt?.toISOString()}); have it renewed`,
    );
  }
  const outcomes = await Promise.all(
    probedFamilies.map(async (family): Promise<Failure | undefined> => {
      try {
        await asService(context.signal, (signal) => client().probes.probe(family, signal));
        return undefined;
      } catch (error) {
        if (error instanceof ServiceError) return { family, error };
        throw error;
      }
    }),
  );
  const [first, ...others] = outcomes.filter((outcome) => outcome !== undefined);
  if (first) {
    throw others.length === 0 ? first.error : combine(first, others);
  }
}

interface Failure {
  readonly family: ProbedFamily;
  readonly error: ServiceError;
}

/** One error for several families. What they have in common is said once. */
function combine(first: Failure, others: readonly Failure[]): ServiceError {
  const { code, reason, rawMessage, cause } = first.error;
  const failures = [first, ...others];
  if (others.some(({ error }) => error.code !== code)) {
    const messages = failures.map(({ error }) => error.rawMessage);
    return new ServiceError(code, messages.join('; '), { reason, cause: first.error });
  }
  const families = failures.map(({ family }) => family).join(', ');
  const told = cause instanceof PercipioError ? cause.message : rawMessage;
  const advice = adviceForAll(code, failures.length);
  return new ServiceError(code, `The API families ${families} fail alike: ${told}${advice && `. ${advice}`}`, {
    reason,
    cause: first.error,
  });
}

function adviceForAll(code: Code, failureCount: number): string {
  switch (code) {
    case Code.Unauthenticated:
      return tokenAdvice;
    case Code.PermissionDenied: {
      const needed = 'service account of the API token needs permission for these families';
      // One that has no permission at all is more likely that of another organization.
      return failureCount === probedFamilies.length
        ? `${organizationAdvice}; if they are right, the ${needed}`
        : `The ${needed}`;
    }
    case Code.FailedPrecondition:
      return organizationAdvice;
    default:
      return '';
  }
}
