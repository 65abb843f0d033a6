// --revoke-grant: takes back a grant of the .c1z file.
import { anyIs } from '@bufbuild/protobuf/wkt';
import { GrantAlreadyRevokedSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { GrantManagerService } from '#gen/c1/connector/v2/grant_pb.js';
import { revokeGrant } from '../../config/fields/on-demand.ts';
import { FileFinder } from '../../on-demand/find-in-file.ts';
import type { OnDemandJob } from './on-demand-job.ts';
import { describeUnchanged, openFile } from './open-file.ts';

export const revokeJob: OnDemandJob = {
  askedBy: [revokeGrant],
  async run(context) {
    await using file = await openFile(context);
    const grant = new FileFinder(file).grant(context.settings.get(revokeGrant) ?? '');
    const { annotations } = await context.connect(GrantManagerService).revoke({ grant });
    const wasGone = annotations.some((annotation) => anyIs(annotation, GrantAlreadyRevokedSchema));
    return {
      record: { outcome: wasGone ? 'already-revoked' : 'revoked', grant_id: grant.id },
      lines: wasGone
        ? [`Nothing was changed: the grant ${grant.id} is no longer there.`]
        : [`Revoked ${grant.id}.`, describeUnchanged(file)],
    };
  },
};
