// The argument that says whom an action is for.
import { create } from '@bufbuild/protobuf';
import { resourceIdArgument } from 'baton-connector-sdk';
import { FieldSchema } from '#gen/c1/config/v1/config_pb.js';
import { userType } from '../../resource-types.ts';
import { userId } from '../accounts/user-id.ts';

export const userField = create(FieldSchema, {
  name: 'user_id',
  displayName: 'User',
  description: 'The user in Percipio',
  isRequired: true,
  field: { case: 'resourceIdField', value: { rules: { allowedResourceTypeIds: [userType.id] } } },
});

/** A resource id, or the bare id as a text. Becomes the latter. */
export const userArgument = resourceIdArgument(userType.id).pipe(userId);
