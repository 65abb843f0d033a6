// --rotate-credentials: gives a resource a new password.
import { CredentialManagerService } from '#gen/c1/connector/v2/resource_pb.js';
import { rotateCredentials, rotateCredentialsType } from '../../config/fields/on-demand.ts';
import type { OnDemandJob } from './on-demand-job.ts';
import { passwordFile } from './password-file-field.ts';
import { preparePasswordReceiver, randomPassword } from './password-to-file.ts';

/** Without --password-file nobody gets to know the password: the former one is of no use any more, and no other is. */
export const rotateCredentialsJob: OnDemandJob = {
  askedBy: [rotateCredentials],
  async run(context) {
    const { settings, connect } = context;
    const [resourceType, resource] = [settings.get(rotateCredentialsType) ?? '', settings.get(rotateCredentials) ?? ''];
    await using receiver = await preparePasswordReceiver(context);
    const { encryptedData } = await connect(CredentialManagerService).rotateCredential({
      resourceId: { resourceType, resource },
      credentialOptions: randomPassword,
      encryptionConfigs: receiver.encryptionConfigs,
    });
    const path = await receiver.receive(encryptedData);
    return {
      record: {
        outcome: 'rotated',
        resource: { resource_type: resourceType, resource },
        ...(path !== undefined && { password_file: path }),
      },
      lines: [
        `Gave ${resourceType} ${resource} a new password.`,
        path === undefined
          ? `Nobody knows it. With --${passwordFile.name} FILE another one can be set, and written to a file.`
          : `It is in ${path}.`,
      ],
    };
  },
};
