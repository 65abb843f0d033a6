// Checks of the connector itself: its metadata, and whether it is ready.
import { clone } from '@bufbuild/protobuf';
import { ConnectorMetadataSchema } from '#gen/c1/connector/v2/connector_pb.js';
import { type CallCheck, failed, notApplicable, passed } from '../check.ts';
import { describeFailure, quote } from '../describe-call.ts';
import { Findings } from '../findings.ts';
import { isEarlier, parseSdkVersion } from '../sdk-version.ts';

const metadataValid: CallCheck = {
  id: 'metadata-valid',
  title: 'GetMetadata returns a name, and texts within the limits',
  judge: async ({ metadata, limits }) => {
    if (!metadata.ok) {
      return failed(`GetMetadata failed with ${metadata.failure}`);
    }
    // Resource types in the capabilities are checked with the listed ones.
    const described = clone(ConnectorMetadataSchema, metadata.value);
    for (const ofType of described.capabilities?.resourceTypeCapabilities ?? []) {
      delete ofType.resourceType;
    }
    const violation = limits(ConnectorMetadataSchema, described);
    return violation ? failed(`GetMetadata returned ${violation}`) : passed(quote(metadata.value.displayName));
  },
};

const validateAnswers: CallCheck = {
  id: 'validate-answers',
  title: 'Validate succeeds, which every sync requires',
  judge: async ({ sdkVersion }) =>
    sdkVersion.ok ? passed() : failed(`Validate failed with ${sdkVersion.failure}; the other checks were skipped`),
};

/** Syncers send `active_sync_id` from this version on (pkg/sync/syncer.go of baton-sdk v0.25.0). */
const sdkVersionMin = [0, 4, 3] as const;

const sdkVersionSemver: CallCheck = {
  id: 'sdk-version-semver',
  title: `Validate returns a semantic version of at least ${sdkVersionMin.join('.')} as sdk_version, so that syncs send their id`,
  judge: async ({ sdkVersion }) => {
    if (!sdkVersion.ok) {
      return notApplicable('Validate failed');
    }
    const said = `Validate returned sdk_version ${quote(sdkVersion.value)}`;
    const version = parseSdkVersion(sdkVersion.value);
    if (!version) {
      return failed(`${said}, which is not a semantic version`);
    }
    return isEarlier(version, sdkVersionMin) ? failed(`${said}, which is earlier`) : passed(sdkVersion.value);
  },
};

const cleanupAnswers: CallCheck = {
  id: 'cleanup-answers',
  title: 'Cleanup succeeds at the end of a sync, and again for a sync that is over',
  judge: async ({ walked, syncId, cleanUp }) => {
    const findings = new Findings();
    for (const id of [walked.syncId, syncId, syncId]) {
      await cleanUp(id).catch((error: unknown) => findings.add(`Cleanup failed with ${describeFailure(error)}`));
    }
    return findings.result();
  },
};

export const connectorChecks = [metadataValid, validateAnswers, sdkVersionSemver];

/** Ends the syncs of the harness: after all other checks. */
export const closingChecks = [cleanupAnswers];
