// Puts the sources together: command line over environment over configuration file over defaults.
import { closestName } from './closest-name.ts';
import { type Constraint, checkConstraint } from './constraint.ts';
import { type Field, type SettingSource, type Settings, variableName } from './field.ts';
import { parseValue } from './parse-value.ts';
import type { RawValue, RawValues } from './raw-value.ts';

interface SettingSources {
  readonly flags: RawValues;
  readonly environment: RawValues;
  readonly file: RawValues;
}

export interface SettingRules {
  readonly fields: readonly Field[];
  readonly constraints: readonly Constraint[];
  /** Those that must be set, if they are declared as required. */
  readonly requiredAmong: readonly Field[];
  /**
   * Where a setting that does nothing here is told of. Environment and file are shared by all commands of a program:
   * what they say about a sync is no fault of `capabilities`, while a flag is always meant. A command that another
   * program starts is given the flags of that program.
   */
  readonly unsupportedIn: 'all-sources' | 'flags' | 'no-source';
  /** Variables named BATON_… that belong to no setting, for hints. */
  readonly strayVariables: readonly string[];
}

interface ResolvedSettings {
  readonly settings: Settings;
  /** All that is wrong, each a line for the person who wrote it. With any of them, `settings` is not to be used. */
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
}

/** Resolves every field. A value that a stronger source hides is not looked at. */
export function resolveSettings(sources: SettingSources, rules: SettingRules): ResolvedSettings {
  const resolved = new Map<string, Setting>();
  const faulty = new Set<string>();
  const faults: string[] = [];
  const warnings: string[] = [];
  for (const field of rules.fields) {
    const raw = strongest(field, sources);
    if (!raw) continue;
    const parsed = parseValue(field, raw);
    if ('fault' in parsed) {
      faulty.add(field.name);
      faults.push(`${raw.place}: ${parsed.fault}`);
    } else if (parsed.value !== undefined) {
      resolved.set(field.name, { value: parsed.value, source: raw.source });
      const { unsupportedIn } = rules;
      const told = unsupportedIn === 'all-sources' || (unsupportedIn === 'flags' && raw.source === 'flag');
      const unsupported = told ? describeUnsupported(field, parsed.value, raw) : undefined;
      if (unsupported?.answer === 'refuse') {
        faulty.add(field.name);
        faults.push(unsupported.text);
      } else if (unsupported?.answer === 'warn') {
        warnings.push(unsupported.text);
      }
    }
  }
  for (const field of rules.requiredAmong) {
    if (field.required && !resolved.has(field.name) && !faulty.has(field.name)) {
      faults.push(describeMissing(field, rules.strayVariables));
    }
  }
  for (const constraint of rules.constraints) {
    // What is wrong already would only be told twice.
    if ([...constraint.fields, ...(constraint.requires ?? [])].some((field) => faulty.has(field.name))) continue;
    const fault = checkConstraint(constraint, (field) => Boolean(resolved.get(field.name)?.value));
    if (fault) faults.push(fault);
  }
  return { settings: createSettings(resolved), faults, warnings };
}

/** The value of one setting and where it came from. */
interface Setting {
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

/** Every text that was given for a secret field, by whatever source, so that none of them is ever shown. */
export function collectSecrets(fields: readonly Field[], sources: SettingSources): readonly string[] {
  return fields
    .filter((field) => field.secret)
    .flatMap((field) => Object.values(sources).flatMap((source) => source.get(field.name)?.text ?? []));
}

function strongest(field: Field, sources: SettingSources): RawValue | undefined {
  return sources.flags.get(field.name) ?? sources.environment.get(field.name) ?? sources.file.get(field.name);
}

function describeUnsupported(field: Field, value: unknown, raw: RawValue) {
  const { unsupported } = field;
  if (!unsupported) return undefined;
  if (!(unsupported.values ? unsupported.values.includes(value) : value !== field.defaultValue)) return undefined;
  const flag = unsupported.values ? `--${field.name} ${value}` : `--${field.name}`;
  const place = raw.source === 'flag' ? '' : ` (set by ${raw.place})`;
  const verb = unsupported.answer === 'refuse' ? 'is not supported yet' : 'has no effect yet';
  return { answer: unsupported.answer, text: `${flag} ${verb}: ${unsupported.because}${place}` };
}

function describeMissing(field: Field, strayVariables: readonly string[]): string {
  const variable = variableName(field);
  const stray = closestName(variable, strayVariables);
  const hint = stray ? `; ${stray} is set, and is no variable of this program` : '';
  return `--${field.name} is required: give it, or set ${variable}${hint}`;
}
