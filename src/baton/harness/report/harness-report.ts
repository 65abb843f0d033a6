// The result of a run of the harness.
import type { CheckIdentity, CheckResult, Outcome } from '../check.ts';

export interface CheckReport extends CheckIdentity, CheckResult {
  readonly durationMs: number;
  /** Whether the run ended before it. Its outcome is then `not applicable`. */
  readonly isNotRun?: boolean | undefined;
}

export interface HarnessReport {
  /** `host:port` of the connector. */
  readonly address: string;
  /** The connector's display name, and the version of baton-sdk that it claims; empty if unknown. */
  readonly connectorName: string;
  readonly sdkVersion: string;
  /** The number of items in the first walk. */
  readonly walked: { readonly resources: number; readonly entitlements: number; readonly grants: number };
  /** Why the walk was incomplete, if it was. */
  readonly bounds: readonly string[];
  readonly checks: readonly CheckReport[];
  /** Why the run ended before all checks, as a sentence without its full stop; empty if it did not. */
  readonly cause: string;
  readonly durationMs: number;
}

export function countOutcomes({ checks }: HarnessReport): Readonly<Record<Outcome, number>> {
  const count = (outcome: Outcome) => checks.filter((check) => check.outcome === outcome).length;
  return { passed: count('passed'), failed: count('failed'), 'not applicable': count('not applicable') };
}
