// The version of baton-sdk that a connector claims to follow, as returned by Validate.
import { protocolVersion } from '../messages/protocol-version.ts';
import type { Session } from './session.ts';

export type SdkVersion = readonly [major: number, minor: number, patch: number];

/** Parses a semantic version, with or without a leading `v`; undefined for any other text. */
export function parseSdkVersion(text: string): SdkVersion | undefined {
  const parts = /^v?(\d+)\.(\d+)\.(\d+)(?:-[\w.-]+)?(?:\+[\w.-]+)?$/.exec(text);
  return parts ? [Number(parts[1]), Number(parts[2]), Number(parts[3])] : undefined;
}

export function isEarlier(version: SdkVersion, than: SdkVersion): boolean {
  const difference = than.map((part, index) => (version[index] ?? 0) - part).find((part) => part !== 0) ?? 0;
  return difference < 0;
}

/** The version that baton-sdk v0.25.0 itself returns (pkg/sdk/version.go): its constant lags behind its release. */
const contractVersion: SdkVersion = [0, 24, 6];

/** Why recent behavior of the SDK is not checked: the connector claims an earlier version. */
export function explainEarlierSdk({ sdkVersion }: Session): string | undefined {
  const claimed = sdkVersion.ok ? parseSdkVersion(sdkVersion.value) : undefined;
  return claimed && isEarlier(claimed, contractVersion)
    ? `the connector claims baton-sdk ${claimed.join('.')}; this is required from ${protocolVersion} on`
    : undefined;
}
