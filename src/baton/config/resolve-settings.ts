// Merges the sources of settings. Precedence: config of ConductorOne, command line, environment, config file, defaults.
import { type Constraint, checkConstraint } from './constraint.ts';
import { type Field, type SettingSource, type Settings, variableName } from './field.ts';
import { parseValue, tidyText } from './parse-value.ts';
import type { RawValue, RawValues } from './raw-value.ts';

export interface SettingSources {
  /** What ConductorOne sends to a connector that it runs. Default: nothing. */
  readonly hosted?: RawValues;
  readonly flags: RawValues;
  readonly environment: RawValues;
  readonly file: RawValues;
}

export interface SettingRules {
  readonly fields: readonly Field[];
  readonly constraints: readonly Constraint[];
  /** The fields that must be set if they are declared as required. */
  readonly requiredAmong: readonly Field[];
  /**
   * The sources in which an unsupported setting is reported. Environment and file are shared by all commands: a setting
   * for a sync is not a mistake in `capabilities`, whereas a flag is always meant. A command that another program starts
   * gets the flags of that program.
   */
  readonly unsupportedIn: 'all-sources' | 'flags' | 'no-source';
}

interface ResolvedSettings {
  readonly settings: Settings;
  /** Every mistake, one line each. With any, `settings` must not be used. */
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
}

/** Resolves every field. A value that a stronger source overrides is not checked. */
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
      resolved.set(field.name, { value: parsed.value, source: raw.source, place: raw.place });
      const { unsupportedIn } = rules;
      const isReported = unsupportedIn === 'all-sources' || (unsupportedIn === 'flags' && raw.source === 'flag');
      const unsupported = isReported ? describeUnsupported(field, parsed.value, raw) : undefined;
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
      faults.push(describeMissing(field));
    }
  }
  for (const constraint of rules.constraints) {
    // A faulty setting has been reported already.
    if ([...constraint.fields, ...(constraint.requires ?? [])].some((field) => faulty.has(field.name))) continue;
    const fault = checkConstraint(constraint, (field) => {
      const setting = resolved.get(field.name);
      return setting?.value ? setting : undefined;
    });
    if (fault) faults.push(fault);
  }
  return { settings: createSettings(resolved), faults, warnings };
}

/** The value of one setting and its source. */
interface Setting {
  readonly value: unknown;
  readonly source: SettingSource;
  /** As in {@link RawValue}. */
  readonly place?: string;
}

/**
 * Creates settings from resolved values.
 * @param values - By the name of the field. A missing one reads as the field's default.
 */
export function createSettings(values: ReadonlyMap<string, Setting>): Settings {
  return {
    // Only the field's variant ties the type of a parsed value to this one.
    get: <Value>(field: Field<Value>) => (values.get(field.name)?.value ?? field.defaultValue) as Value,
    sourceOf: (field) => values.get(field.name)?.source ?? 'default',
    placeOf: (field) => values.get(field.name)?.place ?? `--${field.name}`,
  };
}

/** Every text given for a secret field in any source, as it was given and as it is used, so that none is ever shown. */
export function collectSecrets(fields: readonly Field[], sources: SettingSources): readonly string[] {
  const secrets = new Set<string>();
  for (const field of fields.filter(({ secret }) => secret)) {
    for (const raw of Object.values(sources).flatMap((source) => source.get(field.name) ?? [])) {
      for (const text of [raw.text ?? []].flat()) {
        secrets.add(text);
        if (field.variant !== 'string') continue;
        const tidied = tidyText(field, raw.source, text);
        secrets.add(String(field.normalize?.(tidied) ?? tidied));
      }
    }
  }
  return [...secrets];
}

function strongest(field: Field, sources: SettingSources): RawValue | undefined {
  const hosted = sources.hosted?.get(field.name);
  if (hosted) return hosted;
  return sources.flags.get(field.name) ?? sources.environment.get(field.name) ?? sources.file.get(field.name);
}

function describeUnsupported(field: Field, value: unknown, raw: RawValue) {
  const { unsupported } = field;
  if (!unsupported) return undefined;
  if (!(unsupported.values ? unsupported.values.includes(value) : value !== field.defaultValue)) return undefined;
  const what = unsupported.values ? `${raw.place}${raw.source === 'flag' ? '' : ':'} ${value}` : raw.place;
  const verb = unsupported.answer === 'refuse' ? 'is not supported yet' : 'has no effect yet';
  return { answer: unsupported.answer, text: `${what} ${verb}: ${unsupported.because}` };
}

function describeMissing(field: Field): string {
  return `--${field.name} is required: pass it or set ${variableName(field)}`;
}
