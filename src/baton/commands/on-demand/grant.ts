// --grant-entitlement: gives an entitlement of the .c1z file to a principal of it.
import { anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import { GrantAlreadyExistsSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { GrantReplacedSchema } from '#gen/c1/connector/v2/annotation_grant_replaced_pb.js';
import { GrantManagerService } from '#gen/c1/connector/v2/grant_pb.js';
import { grantEntitlement, grantPrincipal, grantPrincipalType } from '../../config/fields/on-demand.ts';
import { FileFinder } from '../../on-demand/find-in-file.ts';
import { describeResource, toResourceRecord } from './describe-resource.ts';
import type { OnDemandJob } from './on-demand-job.ts';
import { describeUnchanged, openFile } from './open-file.ts';

export const grantJob: OnDemandJob = {
  askedBy: [grantEntitlement],
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
        ? [`Nothing was changed: ${describeResource(principal)} has ${entitlement.id} already.`]
        : [
            `Granted ${entitlement.id} to ${describeResource(principal)}.`,
            ...(replaced ? [`It took the place of the grant ${replaced.replacedGrantId}.`] : []),
            describeUnchanged(file),
          ],
    };
  },
};
