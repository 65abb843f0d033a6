// --grant-entitlement and --revoke-grant: grant an entitlement or revoke a grant that the .c1z file of --file contains.

import { resolve } from 'node:path';
import { anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import { GrantAlreadyExistsSchema, GrantAlreadyRevokedSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { GrantReplacedSchema } from '#gen/c1/connector/v2/annotation_grant_replaced_pb.js';
import { GrantManagerService } from '#gen/c1/connector/v2/grant_pb.js';
import { type C1zReader, readC1z } from '../c1z/c1z-reader.ts';
import { grantEntitlement, grantPrincipal, grantPrincipalType, revokeGrant } from '../config/fields/on-demand.ts';
import { file } from '../config/fields/sync.ts';
import { readMaxDatabaseBytes } from '../config/size-limit.ts';
import { readTemporaryFolder } from '../config/temporary-folder.ts';
import { FileFinder } from './find-in-file.ts';
import { describeResource, type JobContext, type OnDemandJob, toResourceRecord } from './on-demand-job.ts';

export const grantJob: OnDemandJob = {
  spanName: 'localGranter.Process',
  requestedBy: [grantEntitlement],
  isChange: true,
  async run(context) {
    const { settings, connect } = context;
    await using file = await openFile(context);
    const finder = new FileFinder(file);
    const entitlement = finder.entitlement(settings.get(grantEntitlement) ?? '');
    const principal = finder.resource({
      resourceType: settings.get(grantPrincipalType) ?? '',
      resource: settings.get(grantPrincipal) ?? '',
    });
    const { grants, annotations } = await connect(GrantManagerService).grant({ entitlement, principal });
    const hadIt = annotations.some((annotation) => anyIs(annotation, GrantAlreadyExistsSchema));
    const replaced = annotations.flatMap((annotation) => anyUnpack(annotation, GrantReplacedSchema) ?? [])[0];
    return {
      record: {
        outcome: hadIt ? 'already-exists' : 'granted',
        entitlement_id: entitlement.id,
        principal: toResourceRecord(principal),
        grant_ids: grants.map(({ id }) => id),
        ...(replaced && { replaced_grant_id: replaced.replacedGrantId }),
      },
      lines: hadIt
        ? [`Nothing changed: ${describeResource(principal)} already has ${entitlement.id}.`]
        : [
            `Granted ${entitlement.id} to ${describeResource(principal)}.`,
            ...(replaced ? [`It replaced the grant ${replaced.replacedGrantId}.`] : []),
            describeUnchanged(file),
          ],
    };
  },
};

export const revokeJob: OnDemandJob = {
  spanName: 'localRevoker.Process',
  requestedBy: [revokeGrant],
  isChange: true,
  async run(context) {
    await using file = await openFile(context);
    const grant = new FileFinder(file).grant(context.settings.get(revokeGrant) ?? '');
    const { annotations } = await context.connect(GrantManagerService).revoke({ grant });
    const wasGone = annotations.some((annotation) => anyIs(annotation, GrantAlreadyRevokedSchema));
    return {
      record: { outcome: wasGone ? 'already-revoked' : 'revoked', grant_id: grant.id },
      lines: wasGone
        ? [`Nothing changed: the grant ${grant.id} no longer exists.`]
        : [`Revoked ${grant.id}.`, describeUnchanged(file)],
    };
  },
};

/**
 * Opens the .c1z file of --file, which is only read.
 * @throws C1zError when it is missing or unreadable.
 */
function openFile({ settings, logger, host }: JobContext): Promise<C1zReader> {
  return readC1z(resolve(host.cwd, settings.get(file)), {
    temporaryFolder: readTemporaryFolder(settings, host.env),
    maxDatabaseBytes: readMaxDatabaseBytes(host.env, logger),
    signal: host.signal,
  });
}

function describeUnchanged({ path }: C1zReader): string {
  return `${path} is unchanged; the next sync will contain the change.`;
}
