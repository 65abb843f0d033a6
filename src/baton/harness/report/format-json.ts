// The report for scripts.
import { escapeControls } from '../../net/escape-controls.ts';
import { countOutcomes, type HarnessReport } from './harness-report.ts';

/** One line of JSON. Scripts rely on its snake_case keys and on durations in milliseconds. */
export function formatJson(report: HarnessReport): string {
  const { address, connectorName, sdkVersion, walked, bounds, checks, cause, durationMs } = report;
  const { passed, failed, 'not applicable': notApplicable } = countOutcomes(report);
  return `${escapeControls(
    JSON.stringify({
      address,
      connector: connectorName,
      sdk_version: sdkVersion,
      walked,
      bounds,
      ...(cause !== '' && { cause }),
      passed,
      failed,
      not_applicable: notApplicable,
      duration_ms: Math.round(durationMs),
      checks: checks.map(({ id, title, outcome, detail, durationMs: checkMs }) => ({
        id,
        title,
        outcome,
        detail,
        duration_ms: Math.round(checkMs),
      })),
    }),
  )}\n`;
}
