// What the actions on people answer: which person, in which state, and whether there was anything to do.
import { create, type JsonObject } from '@bufbuild/protobuf';
import { FieldSchema } from '#gen/c1/config/v1/config_pb.js';
import type { UserChange } from '../change-user.ts';

const text = { case: 'stringField', value: {} } as const;
const flag = { case: 'boolField', value: {} } as const;

export const resultFields = [
  { name: 'user_id', displayName: 'User ID', field: text },
  { name: 'is_active', displayName: 'Is active', description: 'Whether the user can sign in now', field: flag },
  { name: 'changed', displayName: 'Changed', description: 'False if everything was as asked for', field: flag },
].map((field) => create(FieldSchema, field));

/** No more than that: results are kept where people see them who need not know the person. */
export function toActionResult({ after, written }: UserChange): JsonObject {
  return { user_id: after.id, is_active: after.isActive ?? false, changed: written };
}
