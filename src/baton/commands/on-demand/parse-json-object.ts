// A setting whose text is a JSON object.
import type { JsonObject } from '@bufbuild/protobuf';
import { UsageError } from '../../author/usage-error.ts';
import type { Field, Settings } from '../../config/field.ts';

/**
 * The object; an empty one where the setting is not set.
 * @throws UsageError that does not quote the text, which may hold what is nobody's business
 */
export function parseJsonObject(field: Field<string | undefined>, settings: Settings): JsonObject {
  const text = settings.get(field);
  if (text === undefined || text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // Said below.
  }
  throw new UsageError([`--${field.name}: must be a JSON object, such as '{"key": "value"}'`]);
}
