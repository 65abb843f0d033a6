// The error for a change while changes are not permitted.
import { Code, ServiceError } from '../../author/service-error.ts';

/** It begins with the text of the Go SDK (pkg/connectorbuilder of baton-sdk v0.25.0). */
export function provisioningDisabled(): ServiceError {
  return new ServiceError(
    Code.FailedPrecondition,
    'provisioning is not enabled: start the connector with --provisioning (BATON_PROVISIONING=true) to permit changes',
    { reason: 'provisioning_disabled' },
  );
}
