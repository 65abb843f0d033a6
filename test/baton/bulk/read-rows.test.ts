import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { UsageError } from '../../../src/baton/author/usage-error.ts';
import { fileBytesMax, rowLengthMax, rowsMax } from '../../../src/baton/bulk/limits.ts';
import { readRows } from '../../../src/baton/bulk/read-rows.ts';

async function read(t: TestContext, content: string | Uint8Array) {
  const folder = await mkdtemp(join(tmpdir(), 'read-rows-test-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'people');
  await writeFile(path, content);
  const { rows, columns } = await readRows(path);
  return {
    rows: rows.map(({ line, values }) => [line, Object.fromEntries(values)]),
    columns: Object.fromEntries(columns),
  };
}

async function faultsOf(t: TestContext, content: string | Uint8Array): Promise<string[]> {
  const error = await read(t, content).then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(error instanceof UsageError, String(error));
  return error.faults.map((fault) => fault.replace(/^--changes: \S*people /, ''));
}

for (const [what, text] of [
  ['commas', 'change,First Name,note\ncreate,"Ada ""A"", L",x\n'],
  [
    'semicolons, a byte order mark and CRLF, as Excel writes them in Europe',
    '\ufeffchange;first-name;NOTE\r\ncreate;"Ada ""A"", L";x\r\n',
  ],
  [
    'tabs, spaces around cells, empty lines and columns',
    'change\tfirst_name \t note\t\n\n create \t"Ada ""A"", L"\tx\t\n\t\t\t\n',
  ],
] as const) {
  test(`a CSV file with ${what} is read`, async (t) => {
    const { rows, columns } = await read(t, text);
    assert.deepEqual(
      rows.map(([, values]) => values),
      [{ change: 'create', first_name: 'Ada "A", L', note: 'x' }],
    );
    assert.deepEqual(Object.keys(columns), ['change', 'first_name', 'note']);
  });
}

test('lines are counted as an editor does, and the key of a map keeps its case', async (t) => {
  const { rows } = await read(t, 'change,Custom Attributes.Cost Center\na,"1\n2"\n\nb,3\n');
  assert.deepEqual(rows, [
    [3, { change: 'a', 'custom_attributes.Cost Center': '1\n2' }],
    [5, { change: 'b', 'custom_attributes.Cost Center': '3' }],
  ]);
});

test('NDJSON is read: nulls are absent, and objects are maps', async (t) => {
  const { rows, columns } = await read(
    t,
    '{"change":"a","n":1,"Flag":true,"gone":null,"m":{"Cost Center":"x","b":null}}\n\n{"change":"b","other":[1]}',
  );
  assert.deepEqual(rows, [
    [1, { change: 'a', n: 1, flag: true, 'm.Cost Center': 'x' }],
    [3, { change: 'b', other: [1] }],
  ]);
  assert.deepEqual(columns, { change: 1, n: 1, flag: 1, 'm.Cost Center': 1, other: 3 });
});

for (const [what, content, faults] of [
  ['an empty file', ' \n', ['is empty: it needs a header and a row, or a JSON object per line']],
  ['Latin-1', Buffer.from('change,name\na,Zo\xeb\n', 'latin1'), ['is not UTF-8: in Excel, save it as "CSV UTF-8"']],
  ['UTF-16', Buffer.from('\ufeffchange', 'utf16le'), ['is not UTF-8: in Excel, save it as "CSV UTF-8"']],
  ['an open quote', 'change,a\nx,"s3cret\n', ['line 2: a quote is not closed']],
  [
    'a quote in the middle of a cell',
    'change,a\nx,s3"cret"\n',
    ['line 2: a quote in the middle of a cell: put the cell in quotes, and double this one'],
  ],
  ['text after a quote', 'change,a\nx,"s3"cret\n', ['line 2: a quote within a quoted cell must be doubled']],
  [
    'cells without a column, and a column twice',
    'change,a,A\nx,1,2\ny,1,2,s3cret\nz,1,2,,s3cret\n',
    [
      'line 1: has the column a twice',
      'line 3: cell 4 has no column: is a separator not in quotes?',
      'line 4: cell 5 has no column: is a separator not in quotes?',
    ],
  ],
  [
    'malformed lines of NDJSON',
    '{"change":"a"}\n{"s3cret"\n["s3cret"]\n{"a":1,"A":2}\n',
    ['line 2: is not JSON', 'line 3: must be a JSON object', 'line 4: has a twice'],
  ],
  ['a long row', `a,b\nx,${'s'.repeat(rowLengthMax + 1)}\n`, [`line 2: is longer than ${rowLengthMax} characters`]],
  ['a long line of JSON', `{"a":"${'s'.repeat(rowLengthMax)}"}`, ['line 1: is too long']],
  [
    'too many rows',
    'a\n'.repeat(rowsMax + 2),
    [`line ${rowsMax + 2}: the file has more than ${rowsMax} rows: split it`],
  ],
  [
    'too many lines of JSON',
    '{}\n'.repeat(rowsMax + 1),
    [`line ${rowsMax + 1}: the file has more than ${rowsMax} rows: split it`],
  ],
  ['a large file', Buffer.alloc(fileBytesMax + 1, 'a'), ['is larger than 16 MiB: split it']],
] as const) {
  test(`${what} is a fault that quotes nothing`, async (t) => {
    assert.deepEqual(await faultsOf(t, content), faults);
  });
}

test('a file that cannot be read is a fault', async () => {
  await assert.rejects(readRows('/nowhere/people.csv'), (error) => {
    assert.ok(error instanceof UsageError);
    assert.match(error.message, /^--changes: \/nowhere\/people\.csv cannot be read: ENOENT/);
    return true;
  });
});

test('only so many faults are listed', async (t) => {
  const faults = await faultsOf(t, 'a\n'.concat('x,y\n'.repeat(60)));
  assert.equal(faults.length, 51);
  assert.equal(faults.at(-1), 'and 10 more');
});
