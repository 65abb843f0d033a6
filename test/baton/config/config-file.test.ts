import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { readConfigFile } from '../../../src/baton/config/config-file.ts';
import { intField, stringField, stringSliceField } from '../../../src/baton/config/create-field.ts';

const description = 'For this test';
const fields = [
  stringField({ name: 'library-card', description, secret: true }),
  intField({ name: 'seats', description, default: 5 }),
  stringSliceField({ name: 'genres', description }),
];

let cwd: string;

async function read(yaml: string) {
  await writeFile(join(cwd, '.baton.yaml'), yaml);
  return readConfigFile(fields, { env: {}, cwd });
}

describe('readConfigFile', () => {
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'config-file-'));
  });
  afterEach(() => rm(cwd, { recursive: true }));

  test('gives nothing when there is no .baton.yaml', async () => {
    const { values, faults, warnings } = await readConfigFile(fields, { env: {}, cwd });
    assert.deepEqual([values.size, faults, warnings], [0, [], []]);
  });

  test('gives nothing for an empty file, for comments and for empty values', async () => {
    for (const yaml of ['', '# nothing yet\n', 'seats:\nlibrary-card: ""\ngenres: []\n']) {
      const { values, faults } = await read(yaml);
      assert.deepEqual([values.size, faults], [0, []], yaml);
    }
  });

  test('reads scalars as they are written, lists, and keys in any case, with their places', async () => {
    const { values, warnings } = await read('Seats: 007\nlibrary-card: 1e3\ngenres:\n  - crime, old\n  - 5\n');
    assert.deepEqual(Object.fromEntries(values), {
      seats: { source: 'file', text: '007', place: '.baton.yaml line 1, seats' },
      'library-card': { source: 'file', text: '1e3', place: '.baton.yaml line 2, library-card' },
      genres: { source: 'file', text: ['crime, old', '5'], place: '.baton.yaml line 3, genres' },
    });
    assert.deepEqual(warnings, []);
  });

  test('follows aliases', async () => {
    const { values } = await read('library-card: &card abc\ngenres: [*card]\n');
    assert.deepEqual(values.get('genres')?.text, ['abc']);
  });

  test('hands on what is neither a value nor a list as no text, for its field to refuse', async () => {
    for (const yaml of ['seats: {a: 1}', 'seats: [[1]]', 'seats: *nobody', 'genres: &g [*g]', 'genres: &g [[*g]]']) {
      const { values, faults } = await read(yaml);
      const [value] = values.values();
      assert.deepEqual([value?.text, values.size, faults], [undefined, 1, []], yaml);
    }
  });

  test('warns of keys that are no settings, with the one that may be meant', async () => {
    const { warnings } = await read('seats: 1\nseat: 2\nshoe-size: 43\n');
    assert.deepEqual(warnings, [
      '.baton.yaml line 2: unknown setting "seat"; did you mean seats?',
      '.baton.yaml line 3: unknown setting "shoe-size"',
    ]);
  });

  test('faults malformed YAML with its line and without quoting it', async () => {
    const cases: readonly (readonly [string, string])[] = [
      ['seats: 1\ngenres: [a\nlibrary-card: s3cret', '.baton.yaml line 3: invalid YAML: Flow sequence'],
      ['library-card: "s3cret', '.baton.yaml line 1: invalid YAML: Missing closing "quote'],
      ['library-card: "a" s3cret', '.baton.yaml line 1: invalid YAML: Unexpected scalar at node end'],
      ['library-card: |s3cret\n', '.baton.yaml line 1: invalid YAML: '],
      ['library-card: "\\s3cret"', '.baton.yaml line 1: invalid YAML: Invalid escape sequence'],
      ['seats: 1\nseats: 2', '.baton.yaml line 2: invalid YAML: Map keys must be unique'],
      ['\tseats: 1', '.baton.yaml line 1: invalid YAML: Tabs are not allowed as indentation'],
    ];
    for (const [yaml, expected] of cases) {
      const { faults } = await read(yaml);
      assert.ok(faults[0]?.startsWith(expected), `${yaml}: ${faults[0]}`);
      assert.doesNotMatch(faults.join('\n'), /s3cret/);
    }
  });

  test('names the first errors of a file with many, and how many more there are', async () => {
    const { faults } = await read('['.repeat(20_000));
    assert.equal(faults.length, 6);
    assert.equal(faults[0], '.baton.yaml line 1: invalid YAML: nested too deeply');
    assert.match(faults[5] ?? '', /^\.baton\.yaml: \d+ more errors in its YAML$/);
  });

  test('faults a file of more than a mebibyte without reading it, and reads one of a mebibyte', async () => {
    const { faults } = await read('#'.repeat(2 ** 20 + 1));
    assert.deepEqual(faults, ['the config file .baton.yaml has 1048577 bytes, more than the limit of 1048576']);
    assert.deepEqual((await read(`${'#'.repeat(2 ** 20 - 9)}\nseats: 1`)).values.get('seats')?.text, '1');
  });

  test('faults a file that holds no settings', async () => {
    for (const yaml of ['- seats', 'seats']) {
      const { faults } = await read(yaml);
      assert.match(faults.join('\n'), /^\.baton\.yaml: must map names of settings to values/);
    }
  });

  test('reads the file that BATON_CONFIG_PATH names, relative to the working directory, and no other', async () => {
    await writeFile(join(cwd, '.baton.yaml'), 'genres: [crime]\n');
    await writeFile(join(cwd, 'mine.yml'), 'seats: 2\n');
    for (const path of ['mine.yml', join(cwd, 'mine.yml'), '"mine.yml"\n']) {
      const { values } = await readConfigFile(fields, { env: { BATON_CONFIG_PATH: path }, cwd });
      assert.deepEqual([...values.keys()], ['seats']);
    }
  });

  test('faults a BATON_CONFIG_PATH that is missing, unreadable or of another kind', async () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['none.yaml', /^cannot read the config file none\.yaml \(BATON_CONFIG_PATH\): no such file$/],
      ['settings.json', /^BATON_CONFIG_PATH must end in \.yaml or \.yml, got "settings\.json"$/],
      ['folder.yaml/..yaml', /^cannot read the config file folder\.yaml\/\.\.yaml \(BATON_CONFIG_PATH\): /],
    ];
    for (const [path, expected] of cases) {
      const { faults } = await readConfigFile(fields, { env: { BATON_CONFIG_PATH: path }, cwd });
      assert.match(faults.join('\n'), expected);
    }
  });
});
