// Checks of the connector as a whole: what it says it is, and whether it is ready.
import { clone } from '@bufbuild/protobuf';
import { ConnectorMetadataSchema } from '#gen/c1/connector/v2/connector_pb.js';
import { type CallCheck, failed, notApplicable, passed } from '../check.ts';
import { describeFailure, quote } from '../describe-call.ts';
import { Findings } from '../findings.ts';
import { isEarlier, parseSdkVersion } from '../sdk-version.ts';

const metadataValid: CallCheck = {
  id: 'metadata-valid',
  title: 'GetMetadata answers a name, and texts that keep to the limits',
  judge: async ({ metadata, limits }) => {
    if (!metadata.ok) {
      return failed(`GetMetadata answered ${metadata.failure}`);
    }
    // The resource types in the capabilities are judged where they are listed.
    const described = clone(ConnectorMetadataSchema, metadata.value);
    for (const ofType of described.capabilities?.resourceTypeCapabilities ?? []) {
      delete ofType.resourceType;
    }
    const violation = limits(ConnectorMetadataSchema, described);
    return violation ? failed(`GetMetadata answered ${violation}`) : passed(quote(metadata.value.displayName));
  },
};

const validateAnswers: CallCheck = {
  id: 'validate-answers',
  title: 'Validate answers, as it must for a sync to begin',
  judge: async ({ sdkVersion }) =>
    sdkVersion.ok ? passed() : failed(`Validate answered ${sdkVersion.failure}; nothing else was tried`),
};

/** Syncers send `active_sync_id` from this version on (pkg/sync/syncer.go of baton-sdk v0.25.0). */
const sdkVersionMin = [0, 4, 3] as const;

const sdkVersionSemver: CallCheck = {
  id: 'sdk-version-semver',
  title: `sdk_version of Validate is a semantic version from ${sdkVersionMin.join('.')} on, so that syncs send their id`,
  judge: async ({ sdkVersion }) => {
    if (!sdkVersion.ok) {
      return notApplicable('Validate did not answer');
    }
    const said = `Validate answered sdk_version ${quote(sdkVersion.value)}`;
    const version = parseSdkVersion(sdkVersion.value);
    if (!version) {
      return failed(`${said}, which is no semantic version`);
    }
    return isEarlier(version, sdkVersionMin) ? failed(`${said}, which is earlier`) : passed(sdkVersion.value);
  },
};

const cleanupAnswers: CallCheck = {
  id: 'cleanup-answers',
  title: 'Cleanup answers at the end of a sync, and once more for a sync that is over',
  judge: async ({ walked, syncId, cleanUp }) => {
    const findings = new Findings();
    for (const id of [walked.syncId, syncId, syncId]) {
      await cleanUp(id).catch((error: unknown) => findings.add(`Cleanup answered ${describeFailure(error)}`));
    }
    return findings.result();
  },
};

export const connectorChecks = [metadataValid, validateAnswers, sdkVersionSemver];

/** What ends the syncs of the harness: after all other checks. */
export const closingChecks = [cleanupAnswers];
