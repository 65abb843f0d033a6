// GrantManagerService: grants and revokes entitlements.

import { create } from '@bufbuild/protobuf';
import { GrantAlreadyExistsSchema, GrantAlreadyRevokedSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { GrantReplacedSchema } from '#gen/c1/connector/v2/annotation_grant_replaced_pb.js';
import type { Entitlement } from '#gen/c1/connector/v2/entitlement_pb.js';
import { GrantManagerService } from '#gen/c1/connector/v2/grant_pb.js';
import type { GrantOutcome, Provisioner } from '../../author/provisioner.ts';
import { Code, refusal, ServiceError } from '../../author/service-error.ts';
import { annotation, packAnnotations } from '../../messages/resource.ts';
import { toConnectorContext } from '../call-context.ts';
import type { ResourceSyncers } from '../lists/resource-syncers.ts';
import { requireField, requireResourceId } from '../required-field.ts';
import { type ServiceEntry, serviceEntry } from '../service-entry.ts';
import type { Changes } from './changes.ts';

export function createGrantManagerService(syncers: ResourceSyncers, changes: Changes): ServiceEntry {
  return serviceEntry(GrantManagerService, {
    grant: async (request, call) => {
      const entitlement = requireField(request.entitlement, 'entitlement');
      const provisioner = findProvisioner(syncers, entitlement, 'entitlement');
      const principal = requireField(request.principal, 'principal');
      const subject = requireResourceId(principal.id, 'principal.id');
      const context = toConnectorContext(call, '');
      const outcome = await changes.run(() => provisioner.grant({ entitlement, principal }, context), call, subject);
      return { grants: [...outcome.grants], annotations: packAnnotations(describeOutcome(outcome)) };
    },
    revoke: async (request, call) => {
      const grant = requireField(request.grant, 'grant');
      const provisioner = findProvisioner(
        syncers,
        requireField(grant.entitlement, 'grant.entitlement'),
        'grant.entitlement',
      );
      const subject = requireResourceId(requireField(grant.principal, 'grant.principal').id, 'grant.principal.id');
      const context = toConnectorContext(call, '');
      const outcome = await changes.run(() => provisioner.revoke({ grant }, context), call, subject);
      return {
        annotations: packAnnotations(
          outcome === 'already-revoked'
            ? [annotation(GrantAlreadyRevokedSchema, create(GrantAlreadyRevokedSchema))]
            : [],
        ),
      };
    },
  });
}

/** Unknown types have no provisioner, as in the Go SDK. */
function findProvisioner(syncers: ResourceSyncers, { resource }: Entitlement, path: string): Provisioner {
  const { resourceType } = requireResourceId(requireField(resource, `${path}.resource`).id, `${path}.resource.id`);
  const syncer = syncers.find(resourceType);
  if (syncer?.provisioner) return syncer.provisioner;
  if (syncer?.immutableBecause !== undefined) throw refusal(syncer.immutableBecause, 'immutable');
  throw new ServiceError(Code.Unimplemented, `resource type ${resourceType} does not have provisioner configured`, {
    reason: 'unsupported',
  });
}

function describeOutcome({ outcome, replacedGrantId }: GrantOutcome) {
  return [
    ...(outcome === 'already-exists' ? [annotation(GrantAlreadyExistsSchema, create(GrantAlreadyExistsSchema))] : []),
    ...(replacedGrantId !== undefined
      ? [annotation(GrantReplacedSchema, create(GrantReplacedSchema, { replacedGrantId }))]
      : []),
  ];
}
