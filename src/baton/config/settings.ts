// The resolved values of settings.
import type { Field, SettingSource, Settings } from './field.ts';

/** The value of one setting and where it came from. */
export interface Setting {
  readonly value: unknown;
  readonly source: SettingSource;
}

/**
 * Makes settings of resolved values.
 * @param values - By the name of the field. What is not there reads as the field's default.
 */
export function createSettings(values: ReadonlyMap<string, Setting>): Settings {
  return {
    // The parser of a field's values and this read are tied by the field's variant alone.
    get: <Value>(field: Field<Value>) => (values.get(field.name)?.value ?? field.defaultValue) as Value,
    sourceOf: (field) => values.get(field.name)?.source ?? 'default',
  };
}

/** Nothing set: every setting reads as its default. */
export const noSettings: Settings = createSettings(new Map());

/** The same settings, with one set as if by a flag. */
export function withSetting<Value>(settings: Settings, field: Field<Value>, value: NoInfer<Value>): Settings {
  return {
    get: (asked) => (asked.name === field.name ? (value as never) : settings.get(asked)),
    sourceOf: (asked) => (asked.name === field.name ? 'flag' : settings.sourceOf(asked)),
  };
}
