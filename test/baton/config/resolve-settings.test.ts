import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Constraint } from '../../../src/baton/config/constraint.ts';
import {
  boolField,
  choiceField,
  intField,
  stringField,
  stringSliceField,
} from '../../../src/baton/config/create-field.ts';
import type { Field, SettingSource } from '../../../src/baton/config/field.ts';
import type { RawValue, RawValues } from '../../../src/baton/config/raw-value.ts';
import { collectSecrets, resolveSettings, type SettingRules } from '../../../src/baton/config/resolve-settings.ts';

const description = 'For this test';
const card = stringField({ name: 'library-card', description, required: true, secret: true });
const branch = stringField({ name: 'branch', description, default: 'main' });
const seats = intField({ name: 'seats', description, default: 5, gte: 1 });
const genres = stringSliceField({ name: 'genres', description });
const engine = choiceField({
  name: 'engine',
  description,
  oneOf: ['steam', 'diesel'],
  unsupported: { answer: 'refuse', because: 'there is no oil', values: ['diesel'] },
});
const robot = boolField({ name: 'robot', description, unsupported: { answer: 'refuse', because: 'people work here' } });
const music = boolField({ name: 'music', description, unsupported: { answer: 'warn', because: 'it is quiet here' } });
const pace = intField({
  name: 'pace',
  description,
  default: 3,
  unsupported: { answer: 'accept', because: 'nobody hurries' },
});
const fields: readonly Field[] = [card, branch, seats, genres, engine, robot, music, pace];

function given(source: Exclude<SettingSource, 'default'>, texts: Record<string, string | string[]>): RawValues {
  return new Map(
    Object.entries(texts).map(([name, text]): [string, RawValue] => [
      name,
      { source, text, place: `${source} ${name}` },
    ]),
  );
}

function resolve(
  sources: Partial<Record<'flags' | 'environment' | 'file', Record<string, string | string[]>>>,
  rules: Partial<SettingRules> = {},
) {
  return resolveSettings(
    {
      flags: given('flag', sources.flags ?? {}),
      environment: given('environment', sources.environment ?? {}),
      file: given('file', sources.file ?? {}),
    },
    { fields, constraints: [], requiredAmong: [], unsupportedIn: 'all-sources', ...rules },
  );
}

describe('resolveSettings', () => {
  test('takes the command line over the environment over the file over the default', () => {
    const flags = { branch: 'by flag' };
    const environment = { branch: 'by environment' };
    const file = { branch: 'by file' };
    const cases: readonly (readonly [Parameters<typeof resolve>[0], string, SettingSource])[] = [
      [{ flags, environment, file }, 'by flag', 'flag'],
      [{ flags, file }, 'by flag', 'flag'],
      [{ environment, file }, 'by environment', 'environment'],
      [{ file }, 'by file', 'file'],
      [{}, 'main', 'default'],
    ];
    for (const [sources, value, source] of cases) {
      const { settings } = resolve(sources);
      assert.deepEqual([settings.get(branch), settings.sourceOf(branch)], [value, source]);
    }
  });

  test('says where a setting was given, for messages; the flag of one that was not', () => {
    const { settings } = resolve({
      flags: { branch: 'x' },
      environment: { branch: 'y', seats: '3' },
      file: { genres: 'crime' },
    });
    assert.deepEqual(
      [branch, seats, genres, engine].map((field) => settings.placeOf(field)),
      ['flag branch', 'environment seats', 'file genres', '--engine'],
    );
  });

  test('lets an empty flag hide what weaker sources say', () => {
    const { settings } = resolve({ flags: { genres: '' }, environment: { genres: 'crime' } });
    assert.deepEqual([settings.get(genres), settings.sourceOf(genres)], [[], 'default']);
  });

  test('does not look at a value that a stronger source hides', () => {
    const { settings, faults } = resolve({ flags: { seats: '2' }, environment: { seats: 'many' } });
    assert.deepEqual([settings.get(seats), faults], [2, []]);
  });

  test('tells every fault at once, each with its place', () => {
    const { faults } = resolve(
      { flags: { seats: 'many' }, environment: { robot: 'true' }, file: { engine: 'wind' } },
      { requiredAmong: fields },
    );
    assert.deepEqual(faults, [
      'flag seats: expects an integer, got "many"',
      'file engine: must be steam or diesel, got "wind"',
      'environment robot is not supported yet: people work here',
      '--library-card is required: pass it or set BATON_LIBRARY_CARD',
    ]);
  });

  test('does not miss a required value that is there and wrong', () => {
    const checked = stringField({ name: 'checked', description, required: true, check: () => 'is wrong' });
    const { faults } = resolve({ flags: { checked: 'x' } }, { fields: [checked], requiredAmong: [checked] });
    assert.deepEqual(faults, ['flag checked: is wrong, got "x"']);
  });

  test('refuses, warns of or accepts what is not supported, where it is used', () => {
    const { faults, warnings } = resolve({ flags: { robot: 'true', music: 'true', pace: '9', engine: 'diesel' } });
    assert.deepEqual(faults, [
      'flag engine diesel is not supported yet: there is no oil',
      'flag robot is not supported yet: people work here',
    ]);
    assert.deepEqual(warnings, ['flag music has no effect yet: it is quiet here']);
    assert.deepEqual(resolve({ file: { engine: 'diesel' } }).faults, [
      'file engine: diesel is not supported yet: there is no oil',
    ]);
  });

  test('says nothing of an unsupported setting that changes nothing', () => {
    const { faults, warnings } = resolve({ flags: { robot: 'false', music: 'false', pace: '3', engine: 'steam' } });
    assert.deepEqual([faults, warnings], [[], []]);
  });

  test('passes over unsupported settings of the environment for commands that share it', () => {
    const { faults } = resolve({ environment: { robot: 'true' } }, { unsupportedIn: 'flags' });
    assert.deepEqual(faults, []);
    assert.equal(resolve({ flags: { robot: 'true' } }, { unsupportedIn: 'flags' }).faults.length, 1);
  });

  test('passes over all unsupported settings for commands that another program starts with its own', () => {
    const flags = { robot: 'true', music: 'true', engine: 'diesel' };
    const { faults, warnings } = resolve({ flags }, { unsupportedIn: 'no-source' });
    assert.deepEqual([faults, warnings], [[], []]);
  });

  test('checks constraints over all sources, but not on settings that are wrong by themselves', () => {
    const constraints: readonly Constraint[] = [
      { kind: 'required-together', fields: [branch, genres] },
      { kind: 'mutually-exclusive', fields: [branch, robot] },
    ];
    assert.deepEqual(resolve({ environment: { branch: 'north' } }, { constraints }).faults, [
      'environment branch requires BATON_GENRES: set all or none',
    ]);
    const { faults } = resolve({ flags: { branch: 'north', genres: 'crime', robot: 'true' } }, { constraints });
    assert.deepEqual(faults, ['flag robot is not supported yet: people work here']);
  });
});

test('collectSecrets finds the values of secret fields in every source, hidden and faulty ones too', () => {
  const sources = {
    flags: given('flag', { 'library-card': 'one', branch: 'open' }),
    environment: given('environment', { 'library-card': 'two' }),
    file: given('file', { 'library-card': ['three', 'four'] }),
  };
  assert.deepEqual(collectSecrets(fields, sources), ['one', 'two', 'three', 'four']);
});

test('collectSecrets also finds a secret as its field normalizes it', () => {
  const key = stringField({
    name: 'key',
    description: 'Key',
    secret: true,
    normalize: (text) => text.slice('Bearer '.length),
  });
  const sources = { flags: given('flag', { key: 'Bearer abc' }), environment: new Map(), file: new Map() };
  assert.deepEqual(collectSecrets([key], sources), ['Bearer abc', 'abc']);
});

test('collectSecrets also finds a secret without the quotes and the line break around it', () => {
  const environment = given('environment', { 'library-card': '"hunter2"\n' });
  const secrets = collectSecrets(fields, { flags: new Map(), environment, file: new Map() });
  assert.deepEqual(secrets, ['"hunter2"\n', 'hunter2']);
});
