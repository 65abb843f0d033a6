// Settings as data: one record a setting, from which flags, environment variables, keys of the configuration file,
// help, the exported schema and validation are all derived.

/** The kinds of values that a setting can hold. The words are those of `c1.config.v1`, which has no durations. */
export type Variant = 'string' | 'bool' | 'int' | 'string-slice' | 'duration';

/**
 * Who sets it where ConductorOne runs the connector: `gui` an administrator, `ops` ConductorOne's operators. `cli` and
 * `none` appear only on the command line; `none` says that the runner reads it and not the connector.
 */
export type ExportTarget = 'gui' | 'ops' | 'cli' | 'none';

/** One setting. Made with {@link stringField} and its siblings, which tie the type of its value to what is declared. */
export interface Field<Value = unknown> {
  /** In kebab case. The flag is `--name`, the variable `BATON_NAME`, the key in the configuration file `name`. */
  readonly name: string;
  readonly variant: Variant;
  /** One sentence without its full stop, for help, for the documentation and for the exported schema. */
  readonly description: string;
  /** What `Settings.get` answers where nothing is set. */
  readonly defaultValue: Value;
  /** How help and the exported schema write the default. Empty where there is none worth showing. */
  readonly defaultText: string;
  /**
   * Whether commands that run the connector refuse to start without it. `false` differs from `undefined` in the
   * exported schema alone, where it leaves an empty `rules`, as it does in the Go SDK (pkg/field/field_options.go).
   */
  readonly required: boolean | undefined;
  /** Its value never appears in an error or a log. */
  readonly secret: boolean;
  /** Left out of help. It works all the same. */
  readonly hidden: boolean;
  readonly exportTarget: ExportTarget;
  /** A single letter: `f` for `-f`. */
  readonly shorthand: string | undefined;
  /** Its name in ConductorOne's forms. */
  readonly displayName: string | undefined;
  /** What ConductorOne's forms show in an empty input. */
  readonly placeholder: string | undefined;
  /** The values that there are. Texts match without regard to case. */
  readonly oneOf: readonly NonNullable<Value>[] | undefined;
  /** What its value is the path of, so that shells complete it. */
  readonly pathTo: 'file' | 'folder' | undefined;
  /** Whether the exported schema tells the rules of its value. */
  readonly rulesExported: boolean;
  /** The smallest value, inclusive (int). */
  readonly gte: number | undefined;
  /** The largest value, inclusive (int). */
  readonly lte: number | undefined;
  /** What is wrong with a value, as a clause behind the name of the flag: `must be a UUID`. It must not quote it. */
  check?(value: NonNullable<Value>): string | undefined;
  readonly unsupported: Unsupported | undefined;
}

/** That a setting is known, as any Baton connector has it, and does nothing here (yet). */
export interface Unsupported {
  /**
   * What using it leads to. `refuse`: a fault, for the outcome would not be what was asked for. `warn`: a warning in
   * the log. `accept`: nothing, for the outcome is what it would have been.
   */
  readonly answer: 'refuse' | 'warn' | 'accept';
  /** Why, as a clause: `this version has no service mode`. */
  readonly because: string;
  /** The values that this is about. Absent: all but the default. */
  readonly values?: readonly unknown[];
}

/** The values of all settings, as resolved from command line, environment, file and defaults. */
export interface Settings {
  /**
   * The value of one setting; where it is not set, its default. A required one is missing only in commands that do
   * not need the connector's settings (`capabilities`): then it reads as an empty text.
   */
  get<Value>(field: Field<Value>): Value;
  /** Where its value came from. An empty text in the environment or in the file counts as not set. */
  sourceOf(field: Field): SettingSource;
}

export type SettingSource = 'flag' | 'environment' | 'file' | 'default';

/** The environment variable of a setting: `BATON_API_TOKEN` for `api-token`. */
export function variableName(field: Pick<Field, 'name'>): string {
  return `BATON_${field.name.toUpperCase().replaceAll('-', '_')}`;
}
