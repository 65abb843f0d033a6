// Checks that a sync can work: the settings themselves, then one request to each API family.
import { Code, type Context, ServiceError, type Validation } from 'baton-connector-sdk';
import { inspectOrganizationId, inspectToken } from '../api/inspect-credentials.ts';
import { PercipioError } from '../api/percipio-error.ts';
import { type ProbedFamily, probedFamilies } from '../api/probes.ts';
import type { PercipioContext } from '../context.ts';
import type { CourseSource } from '../courses/course-source.ts';
import { readCollections } from '../licenses/read-licenses.ts';
import type { SyncScope } from '../memory/sync-memory.ts';
import { courseType, licenseType, roleType, userType } from '../resource-types.ts';
import { asService, describeRetry, organizationAdvice, redirectAdvice, tokenAdvice } from '../service-errors.ts';
import type { PermissionChecks } from './permission-checks.ts';

/** A token that expires sooner gets a warning. */
const expiryWarningDays = 30;

interface ValidateOptions {
  readonly token: string;
  readonly organizationId: string;
  readonly percipio: PercipioContext;
  readonly courses: CourseSource;
  readonly syncsLicenses: boolean;
  readonly checks: PermissionChecks;
}

/** The request to each API family. It throws a ServiceError when it is refused. */
type Requests = Partial<Record<ProbedFamily, () => Promise<void>>>;

/**
 * Before a sync, it prefetches what the sync requests first: the first users, the first courses and, if the sync is known
 * to read grants, the report. So it costs the sync no request. Otherwise it makes small requests, and rarely.
 * @throws ServiceError INVALID_ARGUMENT for an invalid setting, UNAUTHENTICATED for a token that Percipio rejects,
 * PERMISSION_DENIED with the API families that it may not use; all faults at once.
 */
export async function validatePercipio(
  options: ValidateOptions,
  context: Context,
  validation: Validation = { isForSync: true },
): Promise<void> {
  inspectSettings(options, context);
  const { memory, client } = options.percipio;
  // Finds unusable variables for proxies and certificates, which are not the fault of any API family.
  client();
  let scope: SyncScope | undefined;
  if (validation.isForSync) {
    scope = context.syncId === undefined ? memory.prefetchScope() : memory.scopeOf(context.syncId);
  }
  const failures = await (scope ? prefetch(scope, options, context, validation) : checkAll(options, context));
  const [first, ...others] = failures;
  if (first) {
    const error = others.length === 0 ? first.error : combine(first, others, familiesOf(options).length);
    throw error.code === Code.Unauthenticated ? withTokenHint(error, options.token) : error;
  }
  const { hasExpired, hint } = inspectToken(options.token, new Date());
  if (hasExpired) context.reporter.warn(`Percipio still accepts the API token, but ${hint}`);
}

function inspectSettings({ token, organizationId }: ValidateOptions, context: Context): void {
  const { problem, hasExpired, expiresAt, daysLeft } = inspectToken(token, new Date());
  const faults = [problem, inspectOrganizationId(organizationId)].filter((fault) => fault !== undefined);
  if (faults.length > 0) {
    throw new ServiceError(Code.InvalidArgument, faults.join('; '), { reason: 'invalid_settings' });
  }
  if (daysLeft !== undefined && daysLeft < expiryWarningDays && !hasExpired) {
    context.reporter.warn(
      `the API token expires in ${daysLeft} day${daysLeft === 1 ? '' : 's'} (${expiresAt?.toISOString()}); renew it`,
    );
  }
}

/** Adds what may be wrong with a token that Percipio has rejected. */
function withTokenHint(error: ServiceError, token: string): ServiceError {
  const { hint, hasExpired } = inspectToken(token, new Date());
  const { code, cause, rawMessage } = error;
  if (hint === undefined || isOfOtherServer(error)) return error;
  const reason = hasExpired ? 'token_expired' : error.reason;
  return new ServiceError(code, `${rawMessage}; ${hint}`, { reason, cause });
}

/** Whether the failure is that of a server to which Percipio redirected. */
function isOfOtherServer({ cause }: ServiceError): boolean {
  const failure = cause instanceof ServiceError ? cause.cause : cause;
  return failure instanceof PercipioError && !failure.isOfApi;
}

async function prefetch(
  scope: SyncScope,
  options: ValidateOptions,
  context: Context,
  { resourceTypeIds, hasGrants }: Validation,
): Promise<Failure[]> {
  const { percipio, courses, syncsLicenses } = options;
  const isListed = (typeId: string) => resourceTypeIds?.includes(typeId) ?? true;
  // Roles come from the list of users.
  const needsUsers = isListed(userType.id) || isListed(roleType.id);
  scope.lists.excludesUsers = hasGrants === true && !isListed(userType.id);
  const mayNeedReport = hasGrants !== false && isListed(courseType.id);
  const users = () =>
    asService(context.signal, (signal) => scope.lists.users.prefetch(percipio.client().users, signal));
  const needsLicenses = syncsLicenses && isListed(licenseType.id);
  const mayNeedLicenseReport = needsLicenses && hasGrants !== false && isListed(userType.id);
  const failures = await attempt({
    ...(needsUsers && { 'user-management': users }),
    ...(isListed(courseType.id) && { 'content-discovery': () => courses.prefetch(scope, context) }),
    ...(needsLicenses && { common: async () => void (await readCollections(percipio, scope, context.signal)) }),
  });
  if (failures.length > 0) {
    // No sync follows, so a report would be wasted; but the operator should see all failures at once.
    return mayNeedReport || mayNeedLicenseReport
      ? [...failures, ...(await attempt({ reporting: check(options, context, 'reporting') }))]
      : failures;
  }
  const needed = [
    ...(mayNeedReport && !scope.lists.courses.isKnownEmpty ? [scope.reports] : []),
    ...(mayNeedLicenseReport ? [scope.licenseReports] : []),
  ];
  if (needed.length === 0) {
    return [];
  }
  const requestReports = async () => {
    await asService(context.signal, (signal) =>
      Promise.all(needed.map((reports) => reports.prefetch(signal, context.session))),
    );
  };
  // Unless it is known that grants follow, a report might be wasted.
  return attempt({ reporting: hasGrants ? requestReports : check(options, context, 'reporting') });
}

function checkAll(options: ValidateOptions, context: Context): Promise<Failure[]> {
  const families = familiesOf(options);
  return attempt(Object.fromEntries(families.map((family) => [family, check(options, context, family)])));
}

/** The families that a sync of everything reads. */
function familiesOf({ syncsLicenses }: ValidateOptions): readonly ProbedFamily[] {
  return probedFamilies.filter((family) => family !== 'common' || syncsLicenses);
}

function check({ checks }: ValidateOptions, { signal }: Context, family: ProbedFamily) {
  return () => asService(signal, (signal) => checks.check(family, signal));
}

async function attempt(requests: Requests): Promise<Failure[]> {
  const outcomes = await Promise.all(
    probedFamilies.map(async (family): Promise<Failure | undefined> => {
      try {
        await requests[family]?.();
        return undefined;
      } catch (error) {
        if (error instanceof ServiceError) return { family, error };
        throw error;
      }
    }),
  );
  return outcomes.filter((outcome) => outcome !== undefined);
}

interface Failure {
  readonly family: ProbedFamily;
  readonly error: ServiceError;
}

/** One error for several families, without repeating what they have in common. */
function combine(first: Failure, others: readonly Failure[], familyCount: number): ServiceError {
  const { code, reason, rawMessage, cause } = first.error;
  const failures = [first, ...others];
  if (others.some(({ error }) => error.code !== code)) {
    const messages = failures.map(({ error }) => error.rawMessage);
    return new ServiceError(code, messages.join('; '), { reason, cause: first.error });
  }
  const families = failures.map(({ family }) => family).join(', ');
  const shared = cause instanceof PercipioError ? cause.message : rawMessage;
  const advice = isOfOtherServer(first.error) ? redirectAdvice : adviceForAll(code, failures.length === familyCount);
  return new ServiceError(
    code,
    `All of these API families failed with the same error: ${families}. ${shared}${advice && `. ${advice}`}`,
    { reason, cause: first.error, ...(cause instanceof PercipioError && describeRetry(cause)) },
  );
}

function adviceForAll(code: Code, isAboutAllFamilies: boolean): string {
  switch (code) {
    case Code.Unauthenticated:
      return tokenAdvice;
    case Code.PermissionDenied: {
      const needed = 'service account of the API token needs permission for these families';
      // A token without any permission more likely belongs to another organization.
      return isAboutAllFamilies ? `${organizationAdvice}; if they are right, the ${needed}` : `The ${needed}`;
    }
    case Code.FailedPrecondition:
      return organizationAdvice;
    default:
      return '';
  }
}
