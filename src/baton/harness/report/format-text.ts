// The report for humans: a line per check, findings below it, and the counts at the end.
import { escapeControls } from '../../net/escape-controls.ts';
import type { Outcome } from '../check.ts';
import { countOutcomes, type HarnessReport } from './harness-report.ts';

const marks: Readonly<Record<Outcome, string>> = { passed: '✓', failed: '✗', 'not applicable': '-' };

export function formatText(report: HarnessReport): string {
  const { address, connectorName, sdkVersion, walked, bounds, checks, cause, durationMs } = report;
  const idWidth = Math.max(...checks.map(({ id }) => id.length));
  const outcomeWidth = Math.max(...checks.map(({ outcome }) => outcome.length));
  const indent = ' '.repeat(outcomeWidth + 4);
  const run = checks.filter(({ isNotRun }) => !isNotRun);
  const notRun = checks.length - run.length;
  const lines = run.flatMap(({ id, title, outcome, detail }) => [
    `${marks[outcome]} ${outcome.padEnd(outcomeWidth)}  ${id.padEnd(idWidth)}  ${title}`,
    // The cause of the end is at the end.
    ...(detail === '' || detail === cause ? [] : detail.split('\n').map((line) => `${indent}${escapeControls(line)}`)),
  ]);
  const counts = countOutcomes(report);
  return [
    `${connectorName ? `${escapeControls(connectorName)} at ` : ''}${address}${sdkVersion ? `, baton-sdk ${escapeControls(sdkVersion)}` : ''}`,
    `${walked.resources} resources, ${walked.entitlements} entitlements, ${walked.grants} grants`,
    ...bounds.map((bound) => `Incomplete: ${escapeControls(bound)}`),
    '',
    ...lines,
    '',
    `${checks.length} checks: ${counts.passed} passed, ${counts.failed} failed, ${counts['not applicable'] - notRun} not applicable${notRun > 0 ? `, ${notRun} not run` : ''}, in ${(durationMs / 1000).toFixed(1)} s`,
    ...(cause === '' ? [] : [`The run ended early: ${escapeControls(cause)}`]),
    '',
  ].join('\n');
}
