// A value before it is parsed: its text and its place.
import { type Field, type SettingSource, variableName } from './field.ts';

export interface RawValue {
  readonly source: Exclude<SettingSource, 'default'>;
  /**
   * A list of the config file is an array, whose items are not split. Undefined: neither a value nor a list of
   * values.
   */
  readonly text: string | readonly string[] | undefined;
  /** Where the user wrote it: `--workers`, `BATON_WORKERS`, `.baton.yaml line 3, workers`. */
  readonly place: string;
}

/** Values by the name of their field. */
export type RawValues = ReadonlyMap<string, RawValue>;

/** Reads the environment. An empty variable counts as not set. */
export function readEnvironment(fields: readonly Field[], env: NodeJS.ProcessEnv): RawValues {
  const values = new Map<string, RawValue>();
  for (const field of fields) {
    const variable = variableName(field);
    const text = env[variable];
    if (text) values.set(field.name, { source: 'environment', text, place: variable });
  }
  return values;
}
