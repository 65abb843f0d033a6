// --delete-resource and --rotate-credentials: change a resource of the application.
import { anyIs } from '@bufbuild/protobuf/wkt';
import { ResourceDoesNotExistSchema } from '#gen/c1/connector/v2/annotation_resource_pb.js';
import { CredentialManagerService, ResourceManagerService } from '#gen/c1/connector/v2/resource_pb.js';
import {
  deleteResource,
  deleteResourceType,
  rotateCredentials,
  rotateCredentialsType,
} from '../config/fields/on-demand.ts';
import { passwordFile } from '../config/fields/run.ts';
import type { OnDemandJob } from './on-demand-job.ts';
import { preparePasswordReceiver, randomPassword } from './password-receiver.ts';

export const deleteResourceJob: OnDemandJob = {
  spanName: 'localResourceDeleter.Process',
  requestedBy: [deleteResource],
  isChange: true,
  async run({ settings, connect }) {
    const [resourceType, resource] = [settings.get(deleteResourceType) ?? '', settings.get(deleteResource) ?? ''];
    const { annotations } = await connect(ResourceManagerService).deleteResource({
      resourceId: { resourceType, resource },
    });
    const wasGone = annotations.some((annotation) => anyIs(annotation, ResourceDoesNotExistSchema));
    return {
      record: {
        outcome: wasGone ? 'does-not-exist' : 'deleted',
        resource: { resource_type: resourceType, resource },
      },
      lines: [
        wasGone
          ? `Nothing changed: ${resourceType} ${resource} does not exist.`
          : `Deleted ${resourceType} ${resource}.`,
      ],
    };
  },
};

/** Without --password-file nobody learns the new password, and the old one no longer works. */
export const rotateCredentialsJob: OnDemandJob = {
  spanName: 'localCredentialRotator.Process',
  requestedBy: [rotateCredentials],
  isChange: true,
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
        `Set a new password for ${resourceType} ${resource}.`,
        path === undefined
          ? `Nobody knows it. Run this with --${passwordFile.name} FILE to set another one and write it to a file.`
          : `It is in ${path}.`,
      ],
    };
  },
};
