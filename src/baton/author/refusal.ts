// A change that a connector declines on purpose.
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.js';
import { Code, ServiceError } from './service-error.ts';

/**
 * The error for what was asked for and will never be done. ConductorOne shows `message` to the person who asked, by the
 * detail that the Go SDK marks such errors with (pkg/types/grant/cancelled.go of baton-sdk v0.25.0).
 *
 * @param reason - As in ServiceErrorOptions.
 */
export function refusal(message: string, reason: string): ServiceError {
  const value = {
    reason: 'grant_cancelled',
    domain: 'github.com/conductorone/baton-sdk',
    metadata: { reason: message },
  };
  return new ServiceError(Code.FailedPrecondition, message, { reason, details: [{ desc: ErrorInfoSchema, value }] });
}
