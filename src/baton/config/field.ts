// Settings as data: one record per setting, from which flags, environment variables, keys of the config file, help,
// the exported schema and validation are derived.

/** The kinds of values. The names are those of `c1.config.v1`, which has no durations. */
export type Variant = 'string' | 'bool' | 'int' | 'string-slice' | 'duration';

/**
 * Who sets it when ConductorOne runs the connector: `gui` an administrator, `ops` ConductorOne's operators. `cli` and
 * `none` appear only on the command line; `none` is for settings that the runner reads, not the connector.
 */
export type ExportTarget = 'gui' | 'ops' | 'cli' | 'none';

/** One setting. Create it with {@link stringField} and its siblings, which derive the type of its value. */
export interface Field<Value = unknown> {
  /** In kebab case. The flag is `--name`, the variable `BATON_NAME`, the key in the config file `name`. */
  readonly name: string;
  readonly variant: Variant;
  /** One sentence without a full stop, for help, documentation and the exported schema. */
  readonly description: string;
  /** The value that `Settings.get` returns when the setting is not set. */
  readonly defaultValue: Value;
  /** The default as help and the exported schema show it; empty if they need not show it. */
  readonly defaultText: string;
  /**
   * Whether commands that run the connector refuse to start without it. `false` differs from `undefined` only in the
   * exported schema, where it adds empty `rules`, as in the Go SDK (pkg/field/field_options.go).
   */
  readonly required: boolean | undefined;
  /** Its value appears in no error and no log. */
  readonly secret: boolean;
  /** It is given beside a secret, and the two may be swapped: no error quotes its value. */
  readonly besideSecret: boolean;
  /** Omitted from help. It works all the same. */
  readonly hidden: boolean;
  readonly exportTarget: ExportTarget;
  /** A single letter: `f` for `-f`. */
  readonly shorthand: string | undefined;
  /** Its name in ConductorOne's forms. */
  readonly displayName: string | undefined;
  /** What ConductorOne's forms show in an empty input. */
  readonly placeholder: string | undefined;
  /** The valid values, matched case-insensitively. */
  readonly oneOf: readonly NonNullable<Value>[] | undefined;
  /** Whether its value is a path, which shells can complete. */
  readonly pathTo: 'file' | 'folder' | undefined;
  /** Whether the exported schema contains the rules for its value. */
  readonly rulesExported: boolean;
  /** The smallest value, inclusive (int). */
  readonly gte: number | undefined;
  /** The largest value, inclusive (int). */
  readonly lte: number | undefined;
  /** Tidies a value before it is checked, such as white space or quotes around it. */
  normalize?(value: NonNullable<Value>): Value;
  /** Returns what is wrong with a value, as a clause that does not quote it: `must be a UUID`. */
  check?(value: NonNullable<Value>): string | undefined;
  readonly unsupported: Unsupported | undefined;
}

/** For a setting that every Baton connector has and that does nothing here (yet). */
export interface Unsupported {
  /**
   * The effect of using it. `refuse`: an error, since the result would not be what the user wants. `warn`: a warning in
   * the log. `accept`: none, since the result is the same without it.
   */
  readonly answer: 'refuse' | 'warn' | 'accept';
  /** The reason, as a clause: `this version has no service mode`. */
  readonly because: string;
  /** The unsupported values. Default: all but the default value. */
  readonly values?: readonly unknown[];
}

/** The values of all settings, resolved from command line, environment, config file and defaults. */
export interface Settings {
  /**
   * Returns the value of a setting, or its default. A required setting can only be missing in commands that do not need
   * the connector's settings (`capabilities`): then it reads as an empty string.
   */
  get<Value>(field: Field<Value>): Value;
  /** Returns the source of its value. An empty string in the environment or in the file counts as not set. */
  sourceOf(field: Field): SettingSource;
  /**
   * Where its value was given, for messages: `--workers`, `BATON_WORKERS`, `.baton.yaml line 3, workers`. Of one that is
   * not set, the flag.
   */
  placeOf(field: Field): string;
}

/** `hosted`: the config that ConductorOne sends to a connector that it runs. */
export type SettingSource = 'hosted' | 'flag' | 'environment' | 'file' | 'default';

/** The environment variable of a setting: `BATON_API_TOKEN` for `api-token`. */
export function variableName(field: Pick<Field, 'name'>): string {
  return `BATON_${field.name.toUpperCase().replaceAll('-', '_')}`;
}
