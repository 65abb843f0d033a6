// A value as it was given, before it is read: its text and where it stood.
import { type Field, type SettingSource, variableName } from './field.ts';

export interface RawValue {
  readonly source: Exclude<SettingSource, 'default'>;
  /**
   * What stood there. An array is the items of a list, which are not split any more. Nothing: something that is neither
   * a value nor a list of values.
   */
  readonly text: string | readonly string[] | undefined;
  /** How to name the place to the person who wrote it: `--workers`, `BATON_WORKERS`, `.baton.yaml line 3, workers`. */
  readonly place: string;
}

/** What was given for each field, by its name. */
export type RawValues = ReadonlyMap<string, RawValue>;

/** Reads what the environment gives. An empty variable is one that is not set. */
export function readEnvironment(fields: readonly Field[], env: NodeJS.ProcessEnv): RawValues {
  const values = new Map<string, RawValue>();
  for (const field of fields) {
    const variable = variableName(field);
    const text = env[variable];
    if (text) values.set(field.name, { source: 'environment', text, place: variable });
  }
  return values;
}
