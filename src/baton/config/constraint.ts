// Rules between settings: which require and which exclude each other.
import type { Field } from './field.ts';

/** A rule between settings. A setting that is not set, or set to false, 0 or nothing, counts as absent. */
export interface Constraint {
  readonly kind: ConstraintKind;
  readonly fields: readonly Field[];
  /** For `dependent-on`: all of these must be present if one of `fields` is. */
  readonly requires?: readonly Field[];
}

export type ConstraintKind = 'required-together' | 'at-least-one' | 'mutually-exclusive' | 'dependent-on';

/**
 * Checks a combination of settings.
 * @returns What is wrong with it, if anything.
 */
export function checkConstraint(constraint: Constraint, isPresent: (field: Field) => boolean): string | undefined {
  const present = constraint.fields.filter(isPresent);
  const absent = constraint.fields.filter((field) => !isPresent(field));
  const missing = (constraint.requires ?? []).filter((field) => !isPresent(field));
  switch (constraint.kind) {
    case 'required-together':
      return present.length > 0 && absent.length > 0
        ? `${flags(present)} ${needs(present)} ${flags(absent)}: set all or none`
        : undefined;
    case 'at-least-one':
      return present.length === 0 ? `set one of ${flags(absent)}` : undefined;
    case 'mutually-exclusive':
      return present.length > 1 ? `${flags(present)} are mutually exclusive: set only one` : undefined;
    case 'dependent-on':
      return present.length > 0 && missing.length > 0
        ? `${flags(present)} ${needs(present)} ${flags(missing)}`
        : undefined;
  }
}

function flags(fields: readonly Field[]): string {
  return new Intl.ListFormat('en', { style: 'long' }).format(fields.map((field) => `--${field.name}`));
}

function needs(fields: readonly Field[]): string {
  return fields.length === 1 ? 'requires' : 'require';
}
