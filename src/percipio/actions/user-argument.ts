// The argument that says whom an action is for.
import { create } from '@bufbuild/protobuf';
import { z } from 'zod';
import { FieldSchema } from '#gen/c1/config/v1/config_pb.js';
import { userId } from '../accounts/user-id.ts';
import { userType } from '../resource-types.ts';

export const userField = create(FieldSchema, {
  name: 'user_id',
  displayName: 'User',
  description: 'The user in Percipio',
  isRequired: true,
  field: { case: 'resourceIdField', value: { rules: { allowedResourceTypeIds: [userType.id] } } },
});

/** The names of the two parts as ConductorOne sends them, and as the Go SDK takes them beside (pkg/actions of v0.25.0). */
const typeNames = ['resource_type_id', 'resource_type', 'resourceTypeId', 'resourceType'] as const;
const idNames = ['resource_id', 'resource', 'resourceId'] as const;

/** A resource id, or the bare id as a text. Becomes the latter. */
export const userArgument = z
  .union([z.string().trim(), z.record(z.string(), z.unknown())], 'is required: the user whom the action is for')
  .transform((value, context) => {
    if (typeof value === 'string') return value;
    const type = firstOf(value, typeNames);
    if (type !== undefined && type !== userType.id) {
      context.addIssue({ code: 'custom', message: `must be a resource of type ${userType.id}` });
      return z.NEVER;
    }
    return firstOf(value, idNames);
  })
  .pipe(userId);

function firstOf(value: Readonly<Record<string, unknown>>, names: readonly string[]): unknown {
  return names.map((name) => value[name]).find((each) => each !== undefined);
}
