// Rules between settings: which require and which exclude each other.
import { type Field, type SettingSource, variableName } from './field.ts';

/** A rule between settings. A setting that is not set, or set to false, 0 or nothing, counts as absent. */
export interface Constraint {
  readonly kind: ConstraintKind;
  readonly fields: readonly Field[];
  /** For `dependent-on`: all of these must be present if one of `fields` is. */
  readonly requires?: readonly Field[];
}

export type ConstraintKind = 'required-together' | 'at-least-one' | 'mutually-exclusive' | 'dependent-on';

/** Where a setting was given. */
interface GivenSetting {
  readonly source: SettingSource;
  readonly place?: string;
}

/**
 * Checks a combination of settings.
 * @param find - Returns where a setting was given; undefined if it is absent.
 * @returns What is wrong with it, if anything. It names settings as they were given, and the missing ones in the same way.
 */
export function checkConstraint(
  constraint: Constraint,
  find: (field: Field) => GivenSetting | undefined,
): string | undefined {
  const present = constraint.fields.filter(find);
  const absent = constraint.fields.filter((field) => !find(field));
  const missing = (constraint.requires ?? []).filter((field) => !find(field));
  const given = () => list(present.map((field) => find(field)?.place ?? `--${field.name}`));
  const wanted = (fields: readonly Field[]) => {
    const isByVariable = present.length > 0 && present.every((field) => find(field)?.source === 'environment');
    return list(fields.map((field) => (isByVariable ? variableName(field) : `--${field.name}`)));
  };
  switch (constraint.kind) {
    case 'required-together':
      return present.length > 0 && absent.length > 0
        ? `${given()} ${needs(present)} ${wanted(absent)}: set all or none`
        : undefined;
    case 'at-least-one':
      return present.length === 0 ? `set one of ${wanted(absent)}` : undefined;
    case 'mutually-exclusive':
      return present.length > 1 ? `${given()} are mutually exclusive: set only one` : undefined;
    case 'dependent-on':
      return present.length > 0 && missing.length > 0 ? `${given()} ${needs(present)} ${wanted(missing)}` : undefined;
  }
}

function list(names: readonly string[]): string {
  return new Intl.ListFormat('en', { style: 'long' }).format(names);
}

function needs(fields: readonly Field[]): string {
  return fields.length === 1 ? 'requires' : 'require';
}
