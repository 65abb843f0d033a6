// What Percipio says is wrong with the fields of a write: `login_name->field_not_unique` in `errors[].additionalInfo`.
import { isJsonObject, tryParseJson } from './json.ts';

/** One value that Percipio does not accept. */
export interface FieldProblem {
  /** As Percipio spells it, such as `login_name`, or the name of a custom attribute. */
  readonly field: string;
  /** As Percipio spells it, such as `field_too_long`. */
  readonly problem: string;
}

const fieldInfo = /^(\S(?:.{0,62}\S)?)\s*->\s*(\w{1,64})$/;

/** Reads the problems in the body of an error. Infos of another form are not problems of a field. */
export function readFieldProblems(body: string): FieldProblem[] {
  const errors = readErrors(body);
  return errors.flatMap((error) => {
    const info = isJsonObject(error) && error.additionalInfo;
    return [info].flat().flatMap((text) => {
      // Trimmed first: blanks that may belong to either of two neighbours would be tried in all ways.
      const [, field, problem] = (typeof text === 'string' && fieldInfo.exec(text.trim())) || [];
      return field === undefined || problem === undefined ? [] : [{ field, problem: problem.toLowerCase() }];
    });
  });
}

function readErrors(body: string): readonly unknown[] {
  const json = tryParseJson(body);
  return isJsonObject(json) && Array.isArray(json.errors) ? json.errors : [];
}

/** Whether another user has the value, in the same case (`field_not_unique`) or in another one. */
export function isDuplicate({ problem }: FieldProblem): boolean {
  return problem === 'field_not_unique' || problem === 'field_not_camel_case_unique';
}

/**
 * Whether a write failed because another user has a value. No document says with which status Percipio reports this: what
 * it says of the fields counts more.
 */
export function isConflict({
  status,
  fieldProblems,
}: {
  readonly status: number | undefined;
  readonly fieldProblems: readonly FieldProblem[];
}): boolean {
  return fieldProblems.length > 0 ? fieldProblems.some(isDuplicate) : status === 409;
}
