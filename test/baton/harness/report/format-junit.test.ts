import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatJunit } from '../../../../src/baton/harness/report/format-junit.ts';
import { escapeLines } from '../../../../src/baton/net/escape-controls.ts';
import { sampleReport } from './sample-report.ts';

test('a test case for each check; what is hard to write in XML is escaped, what cannot be written is replaced', () => {
  const name = (id: string, title: string) => `classname="baton-harness" name="${id}: ${title}"`;
  const counts = 'tests="4" failures="1" errors="0" skipped="1" time="2.346"';
  const offending = 'ListGrants returned &quot;&lt;&amp;\\u001b[2J\\ud800&quot; with id: &apos;\\tempty&apos;';
  assert.deepEqual(formatJunit(sampleReport).split('\n'), [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="baton-harness" ${counts}>`,
    `  <testsuite name="Library &lt;1&gt; &amp; &quot;Sons&quot; at 127.0.0.1:50051" ${counts}>`,
    `    <testcase ${name('metadata-valid', 'GetMetadata succeeds')} time="0.012"/>`,
    `    <testcase ${name('listings-answer', 'Every listing succeeds')} time="0.000"/>`,
    `    <testcase ${name('grants-valid', 'Grants have an id')} time="1.234">`,
    `      <failure message="${offending}" type="contract">${offending}&#10;and 3 more</failure>`,
    '    </testcase>',
    `    <testcase ${name('exclusion-groups', 'Groups have one default')} time="0.000">`,
    '      <skipped message="no &quot;groups&quot;"/>',
    '    </testcase>',
    '  </testsuite>',
    '</testsuites>',
    '',
  ]);
});

test('a text with every kind of character is XML that means the same', () => {
  const text = String.fromCodePoint(...Array.from({ length: 0x300 }, (_, code) => code), 0xfffe, 0x1f600);
  const [checked] = sampleReport.checks;
  assert.ok(checked);
  const xml = formatJunit({ ...sampleReport, checks: [{ ...checked, outcome: 'failed', detail: text }] });
  const body = /<failure[^>]*>([^<]*)<\/failure>/.exec(xml)?.[1] ?? '';
  const read = body
    .replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replaceAll(/&(lt|gt|quot|apos);/g, (_, name: string) => ({ lt: '<', gt: '>', quot: '"', apos: "'" })[name] ?? '')
    .replaceAll('&amp;', '&');
  assert.equal(read, escapeLines(text).replace('\ufffe', '\ufffd'));
  assert.ok(Array.from(xml).every((character) => (character >= ' ' ? character !== '\ufffe' : character === '\n')));
});
