import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  boolField,
  choiceField,
  durationField,
  intField,
  stringField,
  stringSliceField,
} from '../../../src/baton/config/create-field.ts';
import { variableName } from '../../../src/baton/config/field.ts';
import { createTestSettings } from '../../../src/baton/testing.ts';

const description = 'For this test';

test('settings that are not set read as their defaults, with the types that their fields declare', () => {
  const noSettings = createTestSettings();
  const card: string = noSettings.get(stringField({ name: 'card', description, required: true }));
  const note: string | undefined = noSettings.get(stringField({ name: 'note', description }));
  const title: string = noSettings.get(stringField({ name: 'title', description, default: 'none' }));
  const branch: 'north' | 'south' = noSettings.get(
    choiceField({ name: 'branch', description, oneOf: ['north', 'south'], default: 'south' }),
  );
  const open: boolean = noSettings.get(boolField({ name: 'open', description }));
  const seats: number = noSettings.get(intField({ name: 'seats', description, default: 5 }));
  const genres: readonly string[] = noSettings.get(stringSliceField({ name: 'genres', description }));
  const loanMs: number = noSettings.get(durationField({ name: 'loan', description, default: '1h30m' }));
  assert.deepEqual(
    [card, note, title, branch, open, seats, genres, loanMs],
    ['', undefined, 'none', 'south', false, 5, [], 5_400_000],
  );
});

test('settings say whether a value was set', () => {
  const seats = intField({ name: 'seats', description, default: 5 });
  const floor = intField({ name: 'floor', description, default: 0 });
  const settings = createTestSettings([
    [seats, 7],
    [floor, 2],
  ]);
  assert.deepEqual([settings.get(seats), settings.get(floor), settings.sourceOf(seats)], [7, 2, 'flag']);
  assert.equal(settings.sourceOf(boolField({ name: 'open', description })), 'default');
});

test('durationField refuses a default that is not a duration', () => {
  assert.throws(() => durationField({ name: 'loan', description, default: '5' }), /--loan must be a duration/);
});

test('variableName is the name in upper snake case behind BATON_', () => {
  assert.equal(variableName({ name: 'c1z-temp-dir' }), 'BATON_C1Z_TEMP_DIR');
});
