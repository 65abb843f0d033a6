// Rows of NDJSON: one JSON object per line.
import type { JsonValue } from '@bufbuild/protobuf';
import { rowLengthMax, rowsMax } from './limits.ts';
import { normalizeColumn, type Row, type RowFault, type Rows, toUsageError } from './row.ts';

/** @throws UsageError that lists every malformed line. */
export function readNdjsonRows(text: string, path: string): Rows {
  const rows: Row[] = [];
  const faults: RowFault[] = [];
  const columns = new Map<string, number>();
  for (const [index, content] of text.split('\n').entries()) {
    const line = index + 1;
    if (content.trim() === '') continue;
    if (rows.length + faults.length === rowsMax) {
      faults.push({ line, problem: `the file has more than ${rowsMax} rows: split it` });
      break;
    }
    const values = content.length > rowLengthMax ? 'is too long' : parseLine(content);
    if (typeof values === 'string') {
      faults.push({ line, problem: values });
      continue;
    }
    rows.push({ line, values });
    for (const column of values.keys()) if (!columns.has(column)) columns.set(column, line);
  }
  if (faults.length > 0) throw toUsageError(path, faults);
  return { rows, columns };
}

/** The values of a line, or what is wrong with it. */
function parseLine(line: string): Map<string, JsonValue> | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return 'is not JSON';
  }
  if (!isObject(parsed)) return 'must be a JSON object';
  const values = new Map<string, JsonValue>();
  for (const [name, value] of Object.entries(parsed)) {
    const column = normalizeColumn(name);
    const cells = isObject(value)
      ? Object.entries(value).map(([key, each]) => [`${column}.${key}`, each] as const)
      : [];
    for (const [key, each] of isObject(value) ? cells : [[column, value] as const]) {
      if (values.has(key)) return `has ${key} twice`;
      if (each !== null) values.set(key, each);
    }
  }
  return values;
}

function isObject(value: unknown): value is Record<string, JsonValue> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
