// Rules between settings: which belong together and which exclude each other.
import type { Field } from './field.ts';

/** A rule between settings. One that is not set, or is set to no, to 0 or to nothing, counts as absent. */
export interface Constraint {
  readonly kind: ConstraintKind;
  readonly fields: readonly Field[];
  /** With `dependent-on`: all of these must be present when one of `fields` is. */
  readonly requires?: readonly Field[];
}

export type ConstraintKind = 'required-together' | 'at-least-one' | 'mutually-exclusive' | 'dependent-on';

/**
 * What is wrong with the given combination.
 * @param isPresent - Tells of a field whether it is set to something.
 */
export function checkConstraint(constraint: Constraint, isPresent: (field: Field) => boolean): string | undefined {
  const present = constraint.fields.filter(isPresent);
  const absent = constraint.fields.filter((field) => !isPresent(field));
  const missing = (constraint.requires ?? []).filter((field) => !isPresent(field));
  switch (constraint.kind) {
    case 'required-together':
      return present.length > 0 && absent.length > 0
        ? `${flags(present)} ${needs(present)} ${flags(absent)} as well; they go together`
        : undefined;
    case 'at-least-one':
      return present.length === 0 ? `one of ${flags(absent)} must be set` : undefined;
    case 'mutually-exclusive':
      return present.length > 1 ? `${flags(present)} exclude each other; set only one of them` : undefined;
    case 'dependent-on':
      return present.length > 0 && missing.length > 0
        ? `${flags(present)} ${needs(present)} ${flags(missing)} as well`
        : undefined;
  }
}

function flags(fields: readonly Field[]): string {
  return new Intl.ListFormat('en', { style: 'long' }).format(fields.map((field) => `--${field.name}`));
}

function needs(fields: readonly Field[]): string {
  return fields.length === 1 ? 'needs' : 'need';
}
