// Makes settings: one function a variant, each of which ties the type of the value to what is declared.
import { durationExamples, parseDurationMs } from './duration.ts';
import type { ExportTarget, Field, Unsupported, Variant } from './field.ts';

/** What every variant takes. */
interface FieldOptions {
  /** In kebab case. */
  readonly name: string;
  /** One sentence without its full stop. */
  readonly description: string;
  /** Default: not secret. */
  readonly secret?: boolean;
  /** Default: shown in help. */
  readonly hidden?: boolean;
  /** Default: `gui`. */
  readonly exportTarget?: ExportTarget;
  readonly shorthand?: string;
  readonly displayName?: string;
  readonly placeholder?: string;
  /** What its value is the path of. Default: nothing. */
  readonly pathTo?: 'file' | 'folder';
  readonly unsupported?: Unsupported;
}

interface Required {
  readonly required: true;
  readonly default?: never;
}

interface WithDefault<Value> {
  readonly required?: false;
  readonly default: Value;
}

interface Optional {
  readonly required?: false;
  readonly default?: undefined;
}

interface StringOptions extends FieldOptions {
  /** What is wrong with a value, as a clause: `must be a UUID`. It must not quote the value. */
  readonly check?: (value: string) => string | undefined;
}

/** A text. Read as `undefined` where it is empty or absent, unless it is required or has a default. */
export function stringField(options: StringOptions & (Required | WithDefault<string>)): Field<string>;
export function stringField(options: StringOptions & Optional): Field<string | undefined>;
export function stringField(
  options: StringOptions & (Required | WithDefault<string> | Optional),
): Field<string | undefined> {
  const { default: defaultValue, check } = options;
  return {
    ...common('string', options),
    required: options.required,
    defaultValue: options.required ? '' : defaultValue,
    defaultText: defaultValue ?? '',
    ...(check && { check }),
  };
}

interface ChoiceOptions<Choice extends string> extends FieldOptions {
  readonly oneOf: readonly Choice[];
  /** Default: the exported schema tells the choices. */
  readonly rulesExported?: boolean;
}

/** One of a few words. On input they match without regard to case; what is read is always as written here. */
export function choiceField<const Choice extends string>(
  options: ChoiceOptions<Choice> & WithDefault<NoInfer<Choice>>,
): Field<Choice>;
export function choiceField<const Choice extends string>(
  options: ChoiceOptions<Choice> & Optional,
): Field<Choice | undefined>;
export function choiceField<const Choice extends string>(
  options: ChoiceOptions<Choice> & (WithDefault<NoInfer<Choice>> | Optional),
): Field<Choice | undefined> {
  return {
    ...common('string', options),
    required: options.required,
    defaultValue: options.default,
    defaultText: options.default ?? '',
    oneOf: options.oneOf,
    rulesExported: options.rulesExported ?? true,
  };
}

/** Yes or no; no where it is not set. */
export function boolField(options: FieldOptions): Field<boolean> {
  return { ...common('bool', options), required: undefined, defaultValue: false, defaultText: '' };
}

interface IntOptions extends FieldOptions {
  readonly default: number;
  /** The smallest value, inclusive. */
  readonly gte?: number;
  /** The largest value, inclusive. */
  readonly lte?: number;
  /** Default: the exported schema tells the limits. */
  readonly rulesExported?: boolean;
}

/** A whole number. */
export function intField(options: IntOptions): Field<number> {
  return {
    ...common('int', options),
    required: undefined,
    defaultValue: options.default,
    defaultText: options.default === 0 ? '' : String(options.default),
    gte: options.gte,
    lte: options.lte,
    rulesExported: options.rulesExported ?? true,
  };
}

interface StringSliceOptions extends FieldOptions {
  /** `false` only makes its mark on the exported schema: see `Field.required`. */
  readonly required?: boolean;
  /** What is wrong with a value, as a clause behind the name of the flag: `must be UUIDs`. */
  readonly check?: (values: readonly string[]) => string | undefined;
}

/** Texts: separated by commas, or the flag given several times, or a list in the configuration file. */
export function stringSliceField(options: StringSliceOptions): Field<readonly string[]> {
  return {
    ...common('string-slice', options),
    required: options.required,
    defaultValue: [],
    defaultText: '',
    ...(options.check && { check: options.check }),
  };
}

interface DurationOptions extends FieldOptions {
  /** As it is written on the command line: `10y`. */
  readonly default: string;
  /** What is wrong with a value in milliseconds, as a clause: `must not be more than 10y`. */
  readonly check?: (valueMs: number) => string | undefined;
}

/** A span of time, written `90d`, `5h` or `1h30m`, and read in milliseconds. Exported as a text. */
export function durationField(options: DurationOptions): Field<number> {
  const defaultValue = parseDurationMs(options.default);
  if (defaultValue === undefined) {
    throw new Error(`The default of --${options.name} must be a span of time, such as ${durationExamples}.`);
  }
  return {
    ...common('duration', options),
    required: undefined,
    defaultValue,
    defaultText: options.default,
    ...(options.check && { check: options.check }),
  };
}

function common(variant: Variant, options: FieldOptions) {
  return {
    name: options.name,
    variant,
    description: options.description,
    secret: options.secret ?? false,
    hidden: options.hidden ?? false,
    exportTarget: options.exportTarget ?? 'gui',
    shorthand: options.shorthand,
    displayName: options.displayName,
    placeholder: options.placeholder,
    oneOf: undefined,
    pathTo: options.pathTo,
    rulesExported: true,
    gte: undefined,
    lte: undefined,
    unsupported: options.unsupported,
  };
}
