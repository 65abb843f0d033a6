// The reader must see in a report what JSON.parse sees in the whole of it, wherever it is cut, and refuse what
// JSON.parse refuses.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cut, readRows, type SeenRow } from './read-rows.ts';

/** What JSON.parse makes of a report; nothing where it is no JSON array of objects. */
function readByParse(text: string): SeenRow[] | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const isRow = (row: unknown) => typeof row === 'object' && row !== null && !Array.isArray(row);
  if (!Array.isArray(json) || !json.every(isRow)) return undefined;
  return json.map(({ contentUuid: content, userUuid: user, status }) =>
    [content, user, status].every((value) => typeof value === 'string') ? [content, user, status] : 'malformed',
  );
}

const text = fc.string({ unit: fc.constantFrom(...'{}[]",:\\\n x0é€😀\u2028'), maxLength: 12 });
const value = fc.oneof(
  { weight: 4, arbitrary: text },
  fc.constantFrom(null, 1, -2.5e-7, true, []),
  fc.jsonValue({ maxDepth: 3 }),
);
const key = fc.oneof(fc.constantFrom('contentUuid', 'userUuid', 'status', '__proto__'), text);
const row = fc.dictionary(key, value, { maxKeys: 6, noNullPrototype: true });
const full = fc.record({ contentUuid: text, userUuid: text, status: text });
const rows = fc.array(
  fc.oneof(
    row,
    full,
    fc.tuple(row, full).map(([some, all]) => ({ ...some, ...all })),
  ),
  { maxLength: 8 },
);
const indent = fc.constantFrom(undefined, 1, '\t');
const places = fc.array(fc.nat(800), { maxLength: 12 });

/** Writes characters as escapes, which changes nothing for a parser. */
function escapeSome(json: string, every: number): string {
  return json.replace(/[a-zé€]/g, (character, at: number) => {
    const isInEscape = /\\(?:u[0-9a-f]{0,3})?$/.test(json.slice(0, at));
    if (isInEscape || at % every !== 0 || /^(?:true|false|null|e)/.test(json.slice(at)) || !isInString(json, at))
      return character;
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function isInString(json: string, at: number): boolean {
  return (json.slice(0, at).replace(/\\./gs, '').match(/"/g)?.length ?? 0) % 2 === 1;
}

describe('the row reader, beside JSON.parse', () => {
  it('sees the same rows, wherever the report is cut', async () => {
    await fc.assert(
      fc.asyncProperty(rows, indent, places, fc.integer({ min: 1, max: 9 }), async (some, space, cuts, every) => {
        const report = escapeSome(JSON.stringify(some, null, space), every);
        assert.deepEqual(await readRows(cut(Buffer.from(report), cuts)), readByParse(report));
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses the same reports, after something was changed, left out or put in', async () => {
    const piece = fc.constantFrom(
      '',
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      ' ',
      '\n',
      '0',
      'null',
      'x',
      '{}',
      '"\\"',
    );
    let refused = 0;
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(
        rows,
        indent,
        places,
        fc.nat(800),
        fc.nat(2),
        piece,
        async (some, space, cuts, at, drop, put) => {
          const whole = JSON.stringify(some, null, space);
          const place = at % (whole.length + 1);
          const report = whole.slice(0, place) + put + whole.slice(place + drop);
          const expected = readByParse(Buffer.from(report).toString());
          const seen = readRows(cut(Buffer.from(report), cuts));
          if (expected === undefined) {
            refused += 1;
            await assert.rejects(seen, { name: 'ReportFormatError' }, report);
          } else {
            accepted += 1;
            assert.deepEqual(await seen, expected);
          }
        },
      ),
      { numRuns: 4000 },
    );
    // Neither side may have gone untested.
    assert.ok(refused > 200 && accepted > 200, `${refused} refused, ${accepted} accepted`);
  });

  it('refuses every report that ends too early', async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.nat(800), async (some, at) => {
        const whole = Buffer.from(JSON.stringify(some));
        const start = whole.subarray(0, at % whole.length);
        await assert.rejects(readRows([start]), { name: 'ReportFormatError', isCutOff: true });
      }),
      { numRuns: 1000 },
    );
  });
});
