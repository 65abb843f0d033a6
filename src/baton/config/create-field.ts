// Creates settings: one function per variant, which derives the type of the value from the options.
import { durationExamples, parseDurationMs } from './duration.ts';
import type { ExportTarget, Field, Unsupported, Variant } from './field.ts';

/** What every variant takes. */
interface FieldOptions {
  /** In kebab case. */
  readonly name: string;
  /** One sentence without a full stop. */
  readonly description: string;
  /** Default: not secret. */
  readonly secret?: boolean;
  /** Whether a secret may be given here by mistake, such as of two values that were swapped. Default: no. */
  readonly besideSecret?: boolean;
  /** Default: shown in help. */
  readonly hidden?: boolean;
  /** Default: `gui`. */
  readonly exportTarget?: ExportTarget;
  readonly shorthand?: string;
  readonly displayName?: string;
  readonly placeholder?: string;
  /** Whether its value is a path. Default: it is not. */
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
  /** Tidies a value before it is checked, such as white space or quotes around it. */
  readonly normalize?: (value: string) => string;
  /** Returns what is wrong with a value, as a clause that does not quote it: `must be a UUID`. */
  readonly check?: (value: string) => string | undefined;
}

/** A string. It reads as `undefined` when empty or absent, unless it is required or has a default. */
export function stringField(options: StringOptions & (Required | WithDefault<string>)): Field<string>;
export function stringField(options: StringOptions & Optional): Field<string | undefined>;
export function stringField(
  options: StringOptions & (Required | WithDefault<string> | Optional),
): Field<string | undefined> {
  const { default: defaultValue, normalize, check } = options;
  return {
    ...common('string', options),
    required: options.required,
    defaultValue: options.required ? '' : defaultValue,
    defaultText: defaultValue ?? '',
    ...(normalize && { normalize }),
    ...(check && { check }),
  };
}

interface ChoiceOptions<Choice extends string> extends FieldOptions {
  readonly oneOf: readonly Choice[];
  /** Whether the choices are exported. Default: true. */
  readonly rulesExported?: boolean;
}

/** One of a few words. Input matches case-insensitively; the value is always as written here. */
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

/** True or false; false when not set. */
export function boolField(options: FieldOptions): Field<boolean> {
  return { ...common('bool', options), required: undefined, defaultValue: false, defaultText: '' };
}

interface IntOptions extends FieldOptions {
  readonly default: number;
  /** The smallest value, inclusive. */
  readonly gte?: number;
  /** The largest value, inclusive. */
  readonly lte?: number;
  /** Whether the limits are exported. Default: true. */
  readonly rulesExported?: boolean;
}

/** An integer. */
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
  /** `false` only affects the exported schema: see `Field.required`. */
  readonly required?: boolean;
  /** Tidies the values before they are checked. One may become several. */
  readonly normalize?: (values: readonly string[]) => readonly string[];
  /** Returns what is wrong with a value, as a clause: `must be UUIDs`. */
  readonly check?: (values: readonly string[]) => string | undefined;
}

/** Strings: separated by commas, or from several flags, or from a list in the config file. */
export function stringSliceField(options: StringSliceOptions): Field<readonly string[]> {
  return {
    ...common('string-slice', options),
    required: options.required,
    defaultValue: [],
    defaultText: '',
    ...(options.normalize && { normalize: options.normalize }),
    ...(options.check && { check: options.check }),
  };
}

interface DurationOptions extends FieldOptions {
  /** As on the command line: `10y`. */
  readonly default: string;
  /** How help shows the default. Default: as it is. */
  readonly defaultText?: string;
  /** Returns what is wrong with a value in milliseconds, as a clause: `must not exceed 10y`. */
  readonly check?: (valueMs: number) => string | undefined;
}

/** A duration, written `90d`, `5h` or `1h30m`, read in milliseconds. It is exported as a string. */
export function durationField(options: DurationOptions): Field<number> {
  const defaultValue = parseDurationMs(options.default);
  if (defaultValue === undefined) {
    throw new Error(`The default of --${options.name} must be a duration such as ${durationExamples}.`);
  }
  return {
    ...common('duration', options),
    required: undefined,
    defaultValue,
    defaultText: options.defaultText ?? options.default,
    ...(options.check && { check: options.check }),
  };
}

function common(variant: Variant, options: FieldOptions) {
  return {
    name: options.name,
    variant,
    description: options.description,
    secret: options.secret ?? false,
    besideSecret: options.besideSecret ?? false,
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
