import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapReport, readReportMapping } from '../../../../src/simulator/percipio/reports/report-mapping.ts';
import { ALL_ACTIVITY, call, READY_AT_ONCE, requestReport, startSimulator } from '../start-simulator.ts';

async function map(rows: readonly object[], expression: string): Promise<string> {
  const text = JSON.stringify(rows);
  // In pieces that end within a row.
  const pieces = [Buffer.from(text.slice(0, 7)), text.slice(7)];
  return (await Array.fromAsync(mapReport(pieces, readReportMapping(expression)))).join('');
}

const pick = '$.{"id": contentUuid, "status": status}';
const one = { contentUuid: 'c', userUuid: 'u', status: 'Started' };
const other = { contentUuid: 'd', other: 1 };

// As the JSONata library 2.1 answers.
for (const [what, rows, bare, bracketed] of [
  ['no row', [], '', '[]'],
  ['one row', [one], '{"id":"c","status":"Started"}', '[{"id":"c","status":"Started"}]'],
  ['rows', [one, other], '[{"id":"c","status":"Started"},{"id":"d"}]', '[{"id":"c","status":"Started"},{"id":"d"}]'],
] as const) {
  test(`of ${what} JSONata makes a list only in brackets, or if there are several`, async () => {
    assert.deepEqual([await map(rows, pick), await map(rows, `[${pick}]`)], [bare, bracketed]);
  });
}

for (const expression of ['$', '$.{}', '[$.{"a": a}', '$.{"a": a}]', '$.{"a": a + 1}', '$[0].{"a": a}', '$.{a: a}']) {
  test(`JSONata of another form is refused with 501, and quoted: ${expression}`, () => {
    assert.throws(() => readReportMapping(expression), {
      status: 501,
      message: new RegExp(`: ${RegExp.escape(expression)}$`),
    });
  });
}

test('a report is mapped as asked', async (t) => {
  const simulator = await startSimulator(t, { activityRows: 50, ...READY_AT_ONCE });
  const whole = (await call(simulator, await requestReport(simulator))).json as Record<string, string>[];
  const mapping = '[ $ . { "course": contentUuid, "person": userUuid } ]';
  const mapped = await call(simulator, await requestReport(simulator, { ...ALL_ACTIVITY, mapping }));
  assert.deepEqual(
    mapped.json,
    whole.map(({ contentUuid, userUuid }) => ({ course: contentUuid, person: userUuid })),
  );
});
