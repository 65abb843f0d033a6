import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { activityFields } from '../../../../src/percipio/report/scan/activity-index-builder.ts';
import { ReportFormatError } from '../../../../src/percipio/report/scan/report-format-error.ts';
import { scanRows } from '../../../../src/percipio/report/scan/scan-rows.ts';
import { chop, readRows } from './read-rows.ts';

const ignore = () => {};
const one = '{"contentUuid":"c1","userUuid":"u1","status":"Completed"}';

/** Reads a report in pieces of every length from 1 byte up, and checks that the length makes no difference. */
async function readInEveryWay(report: string) {
  const bytes = Buffer.from(report);
  const whole = await readRows([bytes]);
  for (const length of [1, 2, 3, 5, 7, 16, 61]) assert.deepEqual(await readRows(chop(bytes, length)), whole);
  return whole;
}

describe('scanRows', () => {
  for (const [name, report, rows] of [
    ['no rows', '[]', []],
    ['no rows, with blanks', ' \r\n[ \t]\n ', []],
    ['one row', `[${one}]`, [['c1', 'u1', 'Completed']]],
    [
      'blanks between everything',
      `\n[ ${one} ,\r\n\t${one} ]\n`,
      [
        ['c1', 'u1', 'Completed'],
        ['c1', 'u1', 'Completed'],
      ],
    ],
    [
      'keys in another order among others',
      '[{"a":"1","status":"Started","userUuid":"u1","b":null,"contentUuid":"c1","c":2.5e3}]',
      [['c1', 'u1', 'Started']],
    ],
    [
      'braces, brackets, quotes and backslashes in strings',
      String.raw`[{"contentUuid":"}{][\"\\","userUuid":"\\\\\"","status":"a\\"}]`,
      [['}{]["\\', '\\\\"', 'a\\']],
    ],
    [
      'escaped keys and values',
      String.raw`[{"content\u0055uid":"\u0063\u0031","userUuid":"\ud83d\ude00","\u0073tatus":"Comp\/leted"}]`,
      [['c1', '😀', 'Comp/leted']],
    ],
    [
      'nested values that have the same keys',
      '[{"x":{"contentUuid":"no","y":[{"status":"no"}]},"contentUuid":"c1","userUuid":"u1","status":"Started"}]',
      [['c1', 'u1', 'Started']],
    ],
    [
      'characters of several bytes',
      '[{"contentTitle":"Führung – 指導 😀","contentUuid":"ç1","userUuid":"ü1","status":"完成"}]',
      [['ç1', 'ü1', '完成']],
    ],
    [
      'a key that comes twice, of which the last one counts',
      '[{"contentUuid":"x","contentUuid":"c1","userUuid":"u1","status":"S"}]',
      [['c1', 'u1', 'S']],
    ],
  ] as const) {
    it(`reads ${name}`, async () => assert.deepEqual(await readInEveryWay(report), rows));
  }

  for (const field of ['contentUuid', 'userUuid', 'status']) {
    for (const value of [undefined, null, 7, true, {}, ['a']]) {
      it(`gives no start for a row whose ${field} is ${JSON.stringify(value)}`, async () => {
        const row = { contentUuid: 'c', userUuid: 'u', status: 's', [field]: value };
        assert.deepEqual(await readRows([Buffer.from(JSON.stringify([row]))]), ['malformed']);
      });
    }
  }

  it('takes a row of an empty object for malformed', async () => {
    assert.deepEqual(await readInEveryWay('[{},{}]'), ['malformed', 'malformed']);
  });

  for (const [name, report, problem, byteOffset, row, isCutOff] of [
    ['nothing', '', 'is empty', 0, 1, true],
    ['blanks', '  ', 'is cut off', 2, 1, true],
    ['an object', '{"status":"PENDING"}', 'does not begin with [', 0, 1, false],
    ['a page', ' <html>', 'does not begin with [', 1, 1, false],
    ['an end in front of the first row', '[', 'is cut off', 1, 1, true],
    ['an end in a row', `[${one},{"contentUuid":"c`, 'is cut off', 76, 2, true],
    ['an end behind a backslash', '[{"a":"\\', 'is cut off', 8, 1, true],
    ['an end between rows', `[${one},`, 'is cut off', 59, 2, true],
    ['an end behind a row', `[${one}`, 'is cut off', 58, 2, true],
    ['a row that is no object', `[${one},7]`, 'has a row that is not an object', 59, 2, false],
    ['a row that is a list', '[[]]', 'has a row that is not an object', 1, 1, false],
    ['a row that is null', '[ null]', 'has a row that is not an object', 2, 1, false],
    ['no row behind a comma', `[${one},]`, 'has a row that is not an object', 59, 2, false],
    ['two commas', `[${one},,${one}]`, 'has a row that is not an object', 59, 2, false],
    ['garbage between rows', `[${one}x,${one}]`, 'has something other than a comma after a row', 58, 2, false],
    ['no comma between rows', `[${one} ${one}]`, 'has something other than a comma after a row', 59, 2, false],
    ['something behind the end', `[${one}] []`, 'continues after its end', 60, 2, false],
    ['invalid JSON in a row', `[${one},{"a":tru},${one}]`, 'has a row that is not valid JSON', 59, 2, false],
    ['a comma at the end of a row', `[${one}, {"a":1,}]`, 'has a row that is not valid JSON', 60, 2, false],
    ['a line break in a string', '[{"a":"\n"}]', 'has a row that is not valid JSON', 1, 1, false],
    ['brackets that do not match', '[{"a":[}]}]', 'has a row that is not valid JSON', 1, 1, false],
  ] as const) {
    it(`fails on ${name}, and says where`, async () => {
      for (const length of [1, 3, 1000]) {
        await assert.rejects(readRows(chop(Buffer.from(report), length)), (error) => {
          assert.ok(error instanceof ReportFormatError);
          assert.equal(error.message, `the learning-activity report ${problem} (byte ${byteOffset}, row ${row})`);
          assert.deepEqual([error.byteOffset, error.row, error.isCutOff], [byteOffset, row, isCutOff]);
          assert.equal(error.cause, undefined);
          return true;
        });
      }
    });
  }

  it('quotes nothing of a row, which is personal data', async () => {
    const report = '[{"emailAddress":"ada@example.com" x}]';
    await assert.rejects(readRows([Buffer.from(report)]), (error: Error) => !/ada/.test(`${error.stack}`));
  });

  it('fails on a row that grows beyond all bounds, before it has ended', async () => {
    const piece = Buffer.alloc(1024 * 1024, 'x');
    let pieces = 0;
    async function* body() {
      yield Buffer.from('[{"a":"');
      for (;;) {
        pieces += 1;
        yield piece;
      }
    }
    await assert.rejects(
      scanRows(body(), activityFields, ignore),
      /has a row of more than 16777216 bytes \(byte 1, row 1\)/,
    );
    assert.equal(pieces, 16);
  });

  it('does not mind that its pieces are filled again', async () => {
    const bytes = Buffer.from(`[${one},${one}]`);
    const buffer = Buffer.alloc(10);
    function* body() {
      for (const piece of chop(bytes, buffer.length)) {
        buffer.set(piece);
        yield buffer.subarray(0, piece.length);
      }
    }
    assert.deepEqual(await readRows(body()), await readRows([bytes]));
  });

  it('tells how far it is', async () => {
    const progress: unknown[] = [];
    async function* body() {
      yield Buffer.from(`[${one},`);
      yield Buffer.from(`${one}]`);
    }
    const total = await scanRows(body(), activityFields, ignore, { onProgress: (update) => progress.push(update) });
    assert.deepEqual(progress, [
      { bytes: 59, rows: 1 },
      { bytes: 117, rows: 2 },
    ]);
    assert.deepEqual(total, { bytes: 117, rows: 2 });
  });

  it('ends with the reason of its signal, and leaves the body', async () => {
    const abort = new AbortController();
    let isLeft = false;
    async function* body() {
      try {
        yield Buffer.from(`[${one},`);
        abort.abort(new Error('enough'));
        yield Buffer.from(one);
      } finally {
        isLeft = true;
      }
    }
    await assert.rejects(scanRows(body(), activityFields, ignore, { signal: abort.signal }), /^Error: enough$/);
    assert.ok(isLeft);
  });
});
