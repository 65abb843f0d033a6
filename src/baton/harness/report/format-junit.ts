// The report as JUnit XML, which CI systems display as tests.
import { escapeLines } from '../../net/escape-controls.ts';
import type { Outcome } from '../check.ts';
import { countOutcomes, type HarnessReport } from './harness-report.ts';

/** One test case per check; checks that are not applicable are skipped. */
export function formatJunit(report: HarnessReport): string {
  const { address, connectorName, checks, durationMs } = report;
  const { failed, 'not applicable': skipped } = countOutcomes(report);
  const seconds = (ms: number) => (ms / 1000).toFixed(3);
  const counts = `tests="${checks.length}" failures="${failed}" errors="0" skipped="${skipped}" time="${seconds(durationMs)}"`;
  const cases = checks.map(({ id, title, outcome, detail, durationMs: checkMs }) => {
    const attributes = `classname="baton-harness" name="${toXml(`${id}: ${title}`)}" time="${seconds(checkMs)}"`;
    const body = formatBody(outcome, detail);
    return body === ''
      ? `    <testcase ${attributes}/>`
      : `    <testcase ${attributes}>\n      ${body}\n    </testcase>`;
  });
  const name = toXml(connectorName ? `${connectorName} at ${address}` : address);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="baton-harness" ${counts}>`,
    `  <testsuite name="${name}" ${counts}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function formatBody(outcome: Outcome, detail: string): string {
  const [message = ''] = detail.split('\n');
  switch (outcome) {
    case 'passed':
      return '';
    case 'failed':
      return `<failure message="${toXml(message)}" type="contract">${toXml(detail)}</failure>`;
    case 'not applicable':
      return `<skipped message="${toXml(message)}"/>`;
  }
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  // A bare one in an attribute would be read as a space.
  '\n': '&#10;',
};

/** For text and attributes. XML 1.0 cannot represent most control characters, lone surrogates, and these two. */
function toXml(text: string): string {
  return escapeLines(text)
    .replaceAll(/[\uFFFE\uFFFF]/g, '\uFFFD')
    .replaceAll(/[&<>"'\n]/g, (character) => entities[character] ?? character);
}
