import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseArguments } from '../../../src/baton/command-line/parse-arguments.ts';
import { boolField, intField, stringField, stringSliceField } from '../../../src/baton/config/create-field.ts';

const description = 'For this test';
const fields = [
  stringField({ name: 'file', shorthand: 'f', description }),
  boolField({ name: 'provisioning', shorthand: 'p', description }),
  boolField({ name: 'quiet', shorthand: 'q', description }),
  intField({ name: 'workers', default: 0, description }),
  stringSliceField({ name: 'genres', description }),
  stringField({ name: 'secret-door', hidden: true, description }),
];

function parse(...argv: string[]) {
  const { flags, words, faults } = parseArguments(argv, fields);
  return {
    flags: Object.fromEntries(Array.from(flags, ([name, { text }]) => [name, text])),
    words: words.map(({ text, maybeValue }) => (maybeValue ? `${text}?` : text)),
    faults,
  };
}

describe('parseArguments reads', () => {
  const cases: readonly (readonly [string[], Record<string, unknown>, string[]?])[] = [
    [['--file', 'x'], { file: 'x' }],
    [['--file=x'], { file: 'x' }],
    [['--file=x=y'], { file: 'x=y' }],
    [['--file='], { file: '' }],
    [['--file', ''], { file: '' }],
    [['--file', '--workers'], { file: '--workers' }],
    [['--workers', '-1'], { workers: '-1' }],
    [['-f', 'x'], { file: 'x' }],
    [['-fx'], { file: 'x' }],
    [['-f=x'], { file: 'x' }],
    [['-pf', 'x'], { provisioning: 'true', file: 'x' }],
    [['-pqfx'], { provisioning: 'true', quiet: 'true', file: 'x' }],
    [['-p'], { provisioning: 'true' }],
    [['-p=false'], { provisioning: 'false' }],
    [['-qp=false'], { quiet: 'true', provisioning: 'false' }],
    [['--provisioning'], { provisioning: 'true' }],
    [['--provisioning=false'], { provisioning: 'false' }],
    [['--provisioning', 'false'], { provisioning: 'true' }, ['false']],
    [['--file', 'x', '--file', 'y'], { file: 'y' }],
    [['--genres', 'a,b', '--genres=c', '--genres', '"d,e"'], { genres: ['a', 'b', 'c', 'd,e'] }],
    [['one', '--file', 'x', 'two'], { file: 'x' }, ['one', 'two']],
    [['-p', '--', '--file', '-x'], { provisioning: 'true' }, ['--file', '-x']],
    [['-'], {}, ['-']],
    [[], {}],
  ];
  for (const [argv, flags, words = []] of cases) {
    test(JSON.stringify(argv), () => assert.deepEqual(parse(...argv), { flags, words, faults: [] }));
  }
});

describe('parseArguments faults', () => {
  const cases: readonly (readonly [string[], string[], string[]?])[] = [
    [['--file'], ['--file: requires a value']],
    [['-pf'], ['-f: requires a value']],
    [['--wokers', '3'], ['--wokers: unknown flag; did you mean --workers?'], ['3?']],
    [['--wokers=3', 'sync'], ['--wokers: unknown flag; did you mean --workers?'], ['sync']],
    [['--nothing', '--file=x'], ['--nothing: unknown flag']],
    [['--secret-dor', 'x'], ['--secret-dor: unknown flag'], ['x?']],
    [['-x', 's3cret'], ['-x: unknown flag'], ['s3cret?']],
    [['-xs3cret', 'sync'], ['-x: unknown flag'], ['sync']],
    [['-wokers'], ['-w: unknown flag; did you mean --workers?']],
    [['--='], ['--: unknown flag']],
  ];
  for (const [argv, faults, words = []] of cases) {
    test(JSON.stringify(argv), () => {
      const parsed = parse(...argv);
      assert.deepEqual([parsed.faults, parsed.words], [faults, words]);
    });
  }
});
