// Words for true and false.
import { unquote } from './unquote.ts';

/**
 * Parses the spellings of Go's strconv.ParseBool in any case, and those of YAML, with white space around them.
 * @returns Undefined for any other text.
 */
export function parseSwitch(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (['1', 't', 'true', 'y', 'yes', 'on'].includes(word)) return true;
  if (['0', 'f', 'false', 'n', 'no', 'off'].includes(word)) return false;
  return undefined;
}

/** Whether a variable without a flag is on: such as `BATON_GET_TASKS`. One that is not set, or unreadable, is `otherwise`. */
export function readSwitch(text: string | undefined, otherwise = false): boolean {
  return parseSwitch(unquote((text ?? '').trim())) ?? otherwise;
}
