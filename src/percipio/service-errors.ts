// Maps failures of the Percipio client to ServiceErrors, with the code and the details that a caller sees.
import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { type Annotation, annotation, Code, ServiceError, type ServiceErrorOptions } from 'baton-connector-sdk';
import {
  type RateLimitDescription,
  RateLimitDescription_Status,
  RateLimitDescriptionSchema,
} from '#gen/c1/connector/v2/annotation_ratelimit_pb.js';
import { describeShortly } from './api/describe-shortly.ts';
import { isConflict } from './api/field-problems.ts';
import { PercipioError, type PercipioErrorKind } from './api/percipio-error.ts';
import type { RateLimit } from './api/rate-limit.ts';
import type { PercipioReason } from './error-reasons.ts';
import { adviseOnField } from './field-advice.ts';
import { ReportFormatError } from './report/scan/report-format-error.ts';

/**
 * The codes of the Go SDK's HTTP client (pkg/uhttp of baton-sdk v0.25.0), except for 404: a Go syncer silently skips what
 * is NOT_FOUND, and a missing list is not a deleted resource.
 */
const codeOfStatus: Record<number, Code> = {
  400: Code.InvalidArgument,
  401: Code.Unauthenticated,
  403: Code.PermissionDenied,
  404: Code.FailedPrecondition,
  408: Code.DeadlineExceeded,
  409: Code.AlreadyExists,
  425: Code.Unavailable,
  429: Code.Unavailable,
  501: Code.Unimplemented,
};

/** What to do when Percipio rejects the token. */
export const tokenAdvice =
  'Check the API token (--api-token, BATON_API_TOKEN): it may be wrong or expired, or its service account deactivated';

/** What to do when another server, to which Percipio redirected, fails. */
export const redirectAdvice =
  'The server that Percipio redirected to gets no API token: this is not about the token. Run the sync again';

/** What to do when Percipio does not know the organization. */
export const organizationAdvice =
  'Check the organization id (--organization-id, BATON_ORGANIZATION_ID) and the region (--region)';

/**
 * Runs a call of the Percipio client. Its failures become ServiceErrors; an abort becomes the reason of the signal, which
 * says whether the caller left or its deadline passed.
 */
export async function asService<Result>(
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  try {
    return await call(signal);
  } catch (error) {
    throw signal.aborted ? signal.reason : toServiceError(error);
  }
}

/** A failure of the Percipio client as a ServiceError; any other error unchanged. */
export function toServiceError(error: unknown): unknown {
  if (error instanceof ReportFormatError) {
    return error.isCutOff
      ? new ServiceError(Code.Unavailable, `${error.message}. Run the sync again`, {
          reason: 'percipio_report_cut_off',
          cause: error,
        })
      : new ServiceError(Code.Internal, error.message, { reason: 'percipio_report_format', cause: error });
  }
  if (!(error instanceof PercipioError)) {
    return error;
  }
  return new ServiceError(codeOf(error), `${error.message}${adviceFor(error)}`, {
    reason: reasonOf(error),
    cause: error,
    ...describeRetry(error),
  });
}

/** What whoever tries again must know of a failure: why, in a few words, and when. */
export function describeRetry(error: PercipioError): Pick<ServiceErrorOptions, 'summary' | 'details'> {
  const rateLimit = rateLimitOf(error);
  return {
    summary: describeShortly(error),
    ...(rateLimit && { details: [{ desc: RateLimitDescriptionSchema, value: rateLimit }] }),
  };
}

/** The rate limit of a response as an annotation. */
export function rateLimitAnnotations(rateLimit: RateLimit | undefined): Annotation[] {
  return rateLimit ? [annotation(RateLimitDescriptionSchema, toRateLimitDescription(rateLimit))] : [];
}

const reasonOfKind: Readonly<Record<Exclude<PercipioErrorKind, 'http'>, PercipioReason>> = {
  aborted: 'percipio_aborted',
  'batch-failed': 'percipio_batch_failed',
  body: 'percipio_body',
  network: 'percipio_network',
  'report-expired': 'percipio_report_expired',
  'report-failed': 'percipio_report_failed',
  timeout: 'percipio_timeout',
};

function reasonOf({ kind, status }: PercipioError): string {
  return kind === 'http' ? `percipio_http_${status}` : reasonOfKind[kind];
}

function codeOf(error: PercipioError): Code {
  const { kind, status, isTransient, fieldProblems } = error;
  switch (kind) {
    case 'aborted':
      return Code.Canceled;
    case 'timeout':
    case 'network':
      return Code.Unavailable;
    case 'body':
      return isTransient ? Code.Unavailable : Code.Internal;
    case 'report-failed':
    case 'report-expired':
      return Code.FailedPrecondition;
    case 'batch-failed':
      if (fieldProblems.length === 0) return Code.FailedPrecondition;
      return isConflict(error) ? Code.AlreadyExists : Code.InvalidArgument;
    case 'http':
      if (status === undefined || status >= 500) {
        return codeOfStatus[status ?? 0] ?? Code.Unavailable;
      }
      // What Percipio says of the fields counts more than its status.
      if (fieldProblems.length > 0) return isConflict(error) ? Code.AlreadyExists : Code.InvalidArgument;
      return codeOfStatus[status] ?? Code.InvalidArgument;
  }
}

function adviceFor({ status, family, kind, isOfApi, fieldProblems }: PercipioError): string {
  if (kind === 'report-failed') {
    return '. Run the sync again; if it fails again, request less (--report-lookback)';
  }
  if (kind !== 'http' && kind !== 'batch-failed') {
    return '';
  }
  if (!isOfApi) {
    return `. ${redirectAdvice}`;
  }
  const sentences = fieldProblems.flatMap((problem) => adviseOnField(problem) ?? []);
  if (sentences.length > 0) {
    return [...new Set(sentences)].map((sentence) => `. ${sentence}`).join('');
  }
  if (status === 401) {
    return `. ${tokenAdvice}`;
  }
  if (status === 403) {
    return `. The service account of the API token needs permission for the API family ${family}`;
  }
  if (status === 404) {
    return `. ${organizationAdvice}`;
  }
  return '';
}

/**
 * The rate limit of a failure. A 429, a `Retry-After` and a pause that Percipio asked for are an exhausted limit, so that
 * a sync waits as long as that.
 */
function rateLimitOf({ status, rateLimit, retryAfterMs }: PercipioError): RateLimitDescription | undefined {
  if (status !== 429 && retryAfterMs === undefined) {
    return rateLimit && toRateLimitDescription(rateLimit);
  }
  const retryAt = retryAfterMs === undefined ? undefined : new Date(Date.now() + retryAfterMs);
  const resetAt = rateLimit?.resetAt ?? retryAt;
  return resetAt || rateLimit ? toRateLimitDescription({ limit: rateLimit?.limit, remaining: 0, resetAt }) : undefined;
}

function toRateLimitDescription({ limit, remaining, resetAt }: RateLimit): RateLimitDescription {
  return create(RateLimitDescriptionSchema, {
    status: remaining === 0 ? RateLimitDescription_Status.OVERLIMIT : RateLimitDescription_Status.OK,
    ...(limit !== undefined && { limit: BigInt(limit) }),
    ...(remaining !== undefined && { remaining: BigInt(remaining) }),
    ...(resetAt && { resetAt: timestampFromDate(resetAt) }),
  });
}
