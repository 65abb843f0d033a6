// The baton-sdk whose behaviour a connector claims, as Validate answers it.
import { protocolVersion } from '../messages/protocol-version.ts';
import type { Session } from './session.ts';

export type SdkVersion = readonly [major: number, minor: number, patch: number];

/** Reads a semantic version, with or without a `v` before it; nothing for any other text. */
export function parseSdkVersion(text: string): SdkVersion | undefined {
  const parts = /^v?(\d+)\.(\d+)\.(\d+)(?:-[\w.-]+)?(?:\+[\w.-]+)?$/.exec(text);
  return parts ? [Number(parts[1]), Number(parts[2]), Number(parts[3])] : undefined;
}

export function isEarlier(version: SdkVersion, than: SdkVersion): boolean {
  const difference = than.map((part, index) => (version[index] ?? 0) - part).find((part) => part !== 0) ?? 0;
  return difference < 0;
}

/** What baton-sdk v0.25.0 answers itself (pkg/sdk/version.go): its constant lags behind its release. */
const contractVersion: SdkVersion = [0, 24, 6];

/** Why what the SDK came to do only of late is not judged: the connector claims an earlier one. */
export function explainEarlierSdk({ sdkVersion }: Session): string | undefined {
  const claimed = sdkVersion.ok ? parseSdkVersion(sdkVersion.value) : undefined;
  return claimed && isEarlier(claimed, contractVersion)
    ? `the connector claims baton-sdk ${claimed.join('.')}, which is not asked for this; ${protocolVersion} is`
    : undefined;
}
