import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyUnpack, timestampDate } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import {
  RateLimitDescription_Status,
  RateLimitDescriptionSchema,
} from '#gen/c1/connector/v2/annotation_ratelimit_pb.js';
import { ServiceError } from '../../src/baton/author/service-error.ts';
import { packAnnotations } from '../../src/baton/messages/resource.ts';
import { PercipioError, type PercipioErrorFields } from '../../src/percipio/api/percipio-error.ts';
import { ReportFormatError } from '../../src/percipio/report/scan/report-format-error.ts';
import { asService, rateLimitAnnotations, toServiceError } from '../../src/percipio/service-errors.ts';

function fail(fields: Partial<PercipioErrorFields>): PercipioError {
  return new PercipioError({
    kind: 'http',
    family: 'reporting',
    method: 'GET',
    url: 'https://api.percipio.com/reporting/v1/x',
    problem: `answered ${fields.status}`,
    attempts: 1,
    isTransient: false,
    isUnprocessed: false,
    ...fields,
  });
}

function convert(error: unknown): ServiceError {
  const converted = toServiceError(error);
  assert.ok(converted instanceof ServiceError);
  return converted;
}

const byStatus: [status: number, code: Code][] = [
  [400, Code.InvalidArgument],
  [401, Code.Unauthenticated],
  [403, Code.PermissionDenied],
  // Not NOT_FOUND: a Go syncer would skip it quietly.
  [404, Code.FailedPrecondition],
  [408, Code.DeadlineExceeded],
  [409, Code.AlreadyExists],
  [418, Code.InvalidArgument],
  [422, Code.InvalidArgument],
  [425, Code.Unavailable],
  [429, Code.Unavailable],
  [500, Code.Unavailable],
  [501, Code.Unimplemented],
  [502, Code.Unavailable],
  [503, Code.Unavailable],
  [504, Code.Unavailable],
];
for (const [status, code] of byStatus) {
  test(`status ${status} is ${Code[code]}, with the status as its reason`, () => {
    const error = convert(fail({ status }));
    assert.equal(error.code, code);
    assert.equal(error.reason, `percipio_http_${status}`);
    assert.ok(error.rawMessage.startsWith(`GET https://api.percipio.com/reporting/v1/x answered ${status}`));
  });
}

const byKind: [fields: Partial<PercipioErrorFields>, code: Code, reason: string][] = [
  [{ kind: 'aborted' }, Code.Canceled, 'percipio_aborted'],
  [{ kind: 'timeout' }, Code.Unavailable, 'percipio_timeout'],
  [{ kind: 'network' }, Code.Unavailable, 'percipio_network'],
  [{ kind: 'body', isTransient: true }, Code.Unavailable, 'percipio_body'],
  [{ kind: 'body', isTransient: false }, Code.Internal, 'percipio_body'],
  // As it comes from Percipio: with the status of the response that says so.
  [{ kind: 'body', isTransient: false, status: 200 }, Code.Internal, 'percipio_body'],
  [{ kind: 'report-failed', status: 200 }, Code.FailedPrecondition, 'percipio_report_failed'],
  [{ kind: 'report-expired', status: 404 }, Code.FailedPrecondition, 'percipio_report_expired'],
];
for (const [fields, code, reason] of byKind) {
  test(`a failure of kind ${fields.kind}${fields.isTransient ? ' that may pass' : ''}${fields.status ? ` and status ${fields.status}` : ''} is ${Code[code]}`, () => {
    const error = convert(fail(fields));
    assert.deepEqual([error.code, error.reason], [code, reason]);
  });
}

test('what is not of Percipio stays as it is', () => {
  const error = new TypeError('a bug');
  assert.equal(toServiceError(error), error);
});

test('a report that breaks off may be read again, one that is no report is an error of the connector or Percipio', () => {
  const cutOff = convert(new ReportFormatError('is cut off', { byteOffset: 9, row: 2, isCutOff: true }));
  assert.deepEqual([cutOff.code, cutOff.reason], [Code.Unavailable, 'percipio_report_cut_off']);
  assert.match(cutOff.rawMessage, /the learning-activity report is cut off \(byte 9, row 2\)\. Run the sync again/);
  const broken = convert(new ReportFormatError('does not begin with [', { byteOffset: 0, row: 1, isCutOff: false }));
  assert.deepEqual([broken.code, broken.reason], [Code.Internal, 'percipio_report_format']);
});

const advice: [status: number, expected: RegExp][] = [
  [401, /Check the API token \(--api-token, BATON_API_TOKEN\): it may be wrong or expired, .* deactivated$/],
  [403, /The service account of the API token needs permission for the API family reporting$/],
  [404, /Check the organization id \(--organization-id, BATON_ORGANIZATION_ID\) and the region \(--region\)$/],
];
for (const [status, expected] of advice) {
  test(`the message of a ${status} says what to do`, () => {
    assert.match(convert(fail({ status })).rawMessage, expected);
  });
}

for (const status of [401, 403, 404]) {
  test(`the message of a ${status} from another server blames neither the token nor the organization`, () => {
    const { rawMessage } = convert(fail({ status, isOfApi: false }));
    assert.match(rawMessage, /this is not about the token. Run the sync again$/);
    assert.doesNotMatch(rawMessage, /--api-token|organization|permission/);
  });
}

const resetAt = new Date('2026-01-01T00:00:00Z');

test('a rate limit travels as a detail, so that a Go syncer waits until it resets', () => {
  const error = convert(fail({ status: 429, rateLimit: { limit: 100, remaining: 0, resetAt } }));
  const [detail] = ConnectError.from(error).findDetails(RateLimitDescriptionSchema);
  assert.equal(detail?.status, RateLimitDescription_Status.OVERLIMIT);
  assert.deepEqual([detail?.limit, detail?.remaining], [100n, 0n]);
  assert.deepEqual(detail?.resetAt && timestampDate(detail.resetAt), resetAt);
});

test('an error without a rate limit has no detail', () => {
  assert.deepEqual(ConnectError.from(convert(fail({ status: 429 }))).findDetails(RateLimitDescriptionSchema), []);
});

test('a wait that Percipio asks for is a limit too, whatever the status', () => {
  for (const status of [429, 503, undefined]) {
    const error = convert(fail({ status, retryAfterMs: 3_600_000 }));
    const [detail] = ConnectError.from(error).findDetails(RateLimitDescriptionSchema);
    const leftMs = detail?.resetAt ? timestampDate(detail.resetAt).getTime() - Date.now() : 0;
    assert.ok(leftMs > 3_500_000 && leftMs <= 3_600_000, `${status}: ${leftMs} ms`);
    assert.match(error.summary ?? '', /^Percipio asked to wait 60 min/);
  }
});

test('the rate limit of a good answer becomes a response annotation', () => {
  const [any] = packAnnotations(rateLimitAnnotations({ limit: 100, remaining: 99, resetAt: undefined }));
  const description = any && anyUnpack(any, RateLimitDescriptionSchema);
  assert.equal(description?.status, RateLimitDescription_Status.OK);
  assert.deepEqual([description?.limit, description?.remaining, description?.resetAt], [100n, 99n, undefined]);
  assert.deepEqual(rateLimitAnnotations(undefined), []);
});

test('asService: a call that the caller aborted rejects with the reason of the signal, not with what broke', async () => {
  const controller = new AbortController();
  const call = asService(controller.signal, async () => {
    controller.abort(new Error('the deadline passed'));
    throw fail({ kind: 'aborted' });
  });
  await assert.rejects(call, /the deadline passed/);
});

test('asService: a failure of Percipio becomes a ServiceError, with the failure as its cause', async () => {
  const cause = fail({ status: 403 });
  const call = asService(new AbortController().signal, async () => {
    throw cause;
  });
  await assert.rejects(call, (error) => error instanceof ServiceError && error.cause === cause);
});
