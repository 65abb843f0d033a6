// The reasons of errors: the source, the tables and docs/errors.md say the same.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { describeErrors } from '../scripts/describe-errors.ts';
import { errorReasons } from '../src/baton/author/error-reasons.ts';
import type { ReasonTable } from '../src/baton/author/reason-table.ts';
import { percipioReasons } from '../src/percipio/error-reasons.ts';

/** Of errors of gRPC's own kind, in their details: the Go SDK knows them by it. */
const reasonsOfDetails = ['grant_cancelled'];

interface Use {
  readonly file: string;
  readonly reason: string;
  /** The codes that the same expression names; none where it only has variables. */
  readonly codes: readonly string[];
}

/** The reasons that the errors of a source name, with their codes. */
function usesIn(file: string, source: string): Use[] {
  return [...source.matchAll(/\b(?:new ServiceError|(?<!function )refusal)\(/g)].flatMap(({ 0: start, index }) => {
    const call = source.slice(index, endOfCall(source, index + start.length));
    if (start === 'refusal(') {
      return wordsIn(call, /'([a-z0-9_]+)'\s*,?\s*\)$/g).map((reason) => ({
        file,
        reason,
        codes: ['FailedPrecondition'],
      }));
    }
    const codes = [...(/^new ServiceError\([^,]*/.exec(call)?.[0] ?? '').matchAll(/Code\.(\w+)/g)].map(
      ([, name = '']) => name,
    );
    const reasons = wordsIn(call, /\breason: [^,}]*/g);
    // Of two codes and two reasons, both are chosen in the same way.
    const isPaired = codes.length === reasons.length;
    return reasons.map((reason, i) => ({ file, reason, codes: isPaired ? codes.slice(i, i + 1) : codes }));
  });
}

/** All quoted words in what `place` finds. */
function wordsIn(text: string, place: RegExp): string[] {
  return [...text.matchAll(place)].flatMap(([found]) =>
    [...found.matchAll(/'([a-z0-9_]+)'/g)].map(([, word = '']) => word),
  );
}

/** The index after the bracket that closes a call whose arguments begin at `from`. */
function endOfCall(source: string, from: number): number {
  let depth = 1;
  let index = from;
  for (; depth > 0 && index < source.length; index++) {
    if (source[index] === '(') depth++;
    if (source[index] === ')') depth--;
  }
  return index;
}

const tableFiles = /(call-reasons|program-reasons|error-reasons)\.ts$/;
const sources = globSync('src/{baton,percipio}/**/*.ts')
  .filter((file) => !tableFiles.test(file))
  .map((file) => ({ file, text: readFileSync(file, 'utf8') }));
const uses = sources
  .flatMap(({ file, text }) => usesIn(file, text))
  .filter(({ reason }) => !reasonsOfDetails.includes(reason));

const packages = {
  'src/baton': { own: errorReasons, known: errorReasons },
  'src/percipio': { own: percipioReasons, known: { ...errorReasons, ...percipioReasons } },
} satisfies Record<string, { own: ReasonTable; known: ReasonTable }>;

for (const [folder, { own, known }] of Object.entries(packages)) {
  suite(folder, () => {
    const table: ReasonTable = known;
    const usesHere = uses.filter(({ file }) => file.startsWith(folder));

    test('each reason is in the table, with each of its codes', () => {
      assert.ok(usesHere.length > 20);
      const unknown = usesHere.filter(
        ({ reason, codes }) =>
          codes.some((code) => !(table[reason]?.codes as readonly string[] | undefined)?.includes(code)) ||
          !table[reason],
      );
      assert.deepEqual(unknown, []);
    });

    test('each entry of the table is used, with each of its codes', () => {
      const text = sources
        .filter(({ file }) => file.startsWith(folder))
        .map((source) => source.text)
        .join('\n');
      const unused = Object.entries(own as ReasonTable).filter(([reason, { codes }]) => {
        const usesOfReason = usesHere.filter((use) => use.reason === reason);
        // Where a variable holds the code or the reason, the compiler checks what it can be.
        const isLiteral = usesOfReason.length > 0 && usesOfReason.every((use) => use.codes.length > 0);
        const found = usesOfReason.flatMap((use) => use.codes);
        const [start = '', rest] = reason.split('<');
        const isNamed = rest === undefined ? text.includes(`'${reason}'`) : text.includes(`\`${start}\${`);
        return !isNamed || (isLiteral && codes.some((code) => !found.includes(code)));
      });
      assert.deepEqual(unused, []);
    });
  });
}

test('a reason is in one table', () => {
  const shared = Object.keys(percipioReasons).filter((reason) => reason in errorReasons);
  assert.deepEqual(shared, []);
});

test('the page is the one that the tables make', () => {
  assert.equal(readFileSync('docs/errors.md', 'utf8'), describeErrors(), 'run node scripts/describe-errors.ts');
});

test('the check sees calls over several lines, choices and refusals', () => {
  const source = `
    throw new ServiceError(late ? Code.Unavailable : Code.Internal, format(x, y), {
      reason: late ? 'too_late' : 'too_early', cause });
    throw refusal(
      'never (ever)',
      'no_way',
    );`;
  assert.deepEqual(
    usesIn('a.ts', source).map(({ reason, codes }) => [reason, ...codes]),
    [
      ['too_late', 'Unavailable'],
      ['too_early', 'Internal'],
      ['no_way', 'FailedPrecondition'],
    ],
  );
});
