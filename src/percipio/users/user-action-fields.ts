// What the actions on users have in common: the user as an argument, and the return values.
import { create, type JsonObject } from '@bufbuild/protobuf';
import { resourceIdArgument } from 'baton-connector-sdk';
import { FieldSchema } from '#gen/c1/config/v1/config_pb.js';
import { userType } from '../resource-types.ts';
import type { UserUpdate } from './change-user.ts';
import { userId } from './user-fields.ts';

export const text = { case: 'stringField', value: {} } as const;
export const flag = { case: 'boolField', value: {} } as const;

export const userField = create(FieldSchema, {
  name: 'user_id',
  displayName: 'User',
  description: 'The user in Percipio',
  isRequired: true,
  field: { case: 'resourceIdField', value: { rules: { allowedResourceTypeIds: [userType.id] } } },
});

/** A resource id, or its id alone as a string. Becomes the latter. */
export const userArgument = resourceIdArgument(userType.id).pipe(userId);

export const resultFields = [
  { name: 'user_id', displayName: 'User ID', field: text },
  { name: 'is_active', displayName: 'Is active', description: 'Whether the user can sign in now', field: flag },
  { name: 'changed', displayName: 'Changed', description: 'False if nothing had to change', field: flag },
].map((field) => create(FieldSchema, field));

/** Nothing more: results are stored where others see them who need not know the user. */
export function toResult({ after, written }: Pick<UserUpdate, 'after' | 'written'>): JsonObject {
  return { user_id: after.id, is_active: after.isActive ?? false, changed: written };
}
