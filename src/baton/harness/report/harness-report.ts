// What a run of the harness found.
import type { CheckIdentity, CheckResult, Outcome } from '../check.ts';

export interface CheckReport extends CheckIdentity, CheckResult {
  readonly durationMs: number;
}

export interface HarnessReport {
  /** `host:port` of the connector. */
  readonly address: string;
  /** What the connector calls itself, and the baton-sdk whose behaviour it claims; empty if it did not say. */
  readonly connectorName: string;
  readonly sdkVersion: string;
  /** How much the first walk came by. */
  readonly walked: { readonly resources: number; readonly entitlements: number; readonly grants: number };
  /** Why the walk did not see all of it, where it did not. */
  readonly bounds: readonly string[];
  readonly checks: readonly CheckReport[];
  readonly durationMs: number;
}

export function countOutcomes({ checks }: HarnessReport): Readonly<Record<Outcome, number>> {
  const count = (outcome: Outcome) => checks.filter((check) => check.outcome === outcome).length;
  return { passed: count('passed'), failed: count('failed'), 'not applicable': count('not applicable') };
}
