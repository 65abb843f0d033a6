// Measures the size of a simulated learning-activity report in other formats, for docs/performance.md.
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { activityFields } from '../src/percipio/report/scan/activity-index-builder.ts';
import { scanRows } from '../src/percipio/report/scan/scan-rows.ts';
import { startPercipioSimulator } from '../src/simulator/percipio/percipio-simulator.ts';

type Row = Readonly<Record<string, string | null>>;

const json = await readReport();
const rows = JSON.parse(json) as Row[];
const fields = [...new Set(rows.flatMap((row) => Object.keys(row)))];
const mapped = rows.map((row) => Object.fromEntries(activityFields.map((field) => [field, row[field] ?? ''])));

writeLine(['format', 'bytes per row', 'gzip', 'zstd', 'seconds to read a million rows']);
writeLine(['---', '---:', '---:', '---:', '---:']);
await measure('JSON', json, true);
await measure('CSV', toCsv(rows, fields), false);
await measure(`JSON with ${activityFields.length} fields`, JSON.stringify(mapped), true);
await measure(`CSV with ${activityFields.length} fields`, toCsv(rows, activityFields), false);

async function readReport(): Promise<string> {
  await using simulator = await startPercipioSimulator({
    users: 20_000,
    courses: 20_000,
    activityRows: 300_000,
    gzip: false,
    reportPolls: { pending: 0, inProgress: 0 },
  });
  const path = `${simulator.url}/reporting/v1/organizations/${simulator.organizationId}/report-requests`;
  const headers = { authorization: `Bearer ${simulator.token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({
    start: '2015-01-01T00:00:00Z',
    end: '2030-01-01T00:00:00Z',
    contentType: 'Course,Assessment',
  });
  const requested = await fetch(`${path}/learning-activity`, { method: 'POST', headers, body });
  const { id } = (await requested.json()) as { id: string };
  return await (await fetch(`${path}/${id}`, { headers })).text();
}

async function measure(form: string, text: string, isRead: boolean): Promise<void> {
  const bytes = Buffer.from(text);
  const perRow = (count: number) => Math.round(count / rows.length);
  const seconds = isRead ? await readSeconds(bytes) : '';
  writeLine([
    form,
    perRow(bytes.length),
    perRow(gzipSync(bytes).length),
    perRow(zstdCompressSync(bytes).length),
    seconds,
  ]);
}

/** The best of five, for a million rows. */
async function readSeconds(bytes: Buffer): Promise<string> {
  const pieces = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, index) =>
    bytes.subarray(index * 65_536, (index + 1) * 65_536),
  );
  let bestMs = Number.POSITIVE_INFINITY;
  for (let times = 0; times < 5; times += 1) {
    const startedAtMs = performance.now();
    const iterable = (async function* () {
      yield* pieces;
    })();
    await scanRows(iterable, activityFields, () => {});
    bestMs = Math.min(bestMs, performance.now() - startedAtMs);
  }
  return ((bestMs * 1000) / rows.length).toFixed(1);
}

/** RFC 4180. */
function toCsv(rows: readonly Row[], fields: readonly string[]): string {
  const cell = (value: string | null | undefined) => {
    const text = value ?? '';
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [fields.join(','), ...rows.map((row) => fields.map((field) => cell(row[field])).join(','))].join('\r\n');
}

function writeLine(cells: readonly (string | number)[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}
