// An argument of an action that points at a resource.
import { z } from 'zod';

/** Both spellings of each key that Go connectors read (pkg/actions/args.go of baton-sdk v0.25.0). */
const keys = z.union([
  z.object({ resource_type_id: z.string(), resource_id: z.string().min(1) }),
  z
    .object({ resource_type: z.string(), resource: z.string().min(1) })
    .transform(({ resource_type, resource }) => ({ resource_type_id: resource_type, resource_id: resource })),
]);

/**
 * The zod piece for an argument that its schema calls a `resource_id_field`: `{"resource_type_id", "resource_id"}`, as
 * callers send it. What comes of it is the id of the resource.
 * @param resourceTypeId - The only type that the resource may be of.
 */
export function resourceIdArgument(resourceTypeId: string): z.ZodType<string> {
  const shape = `must be {"resource_type_id": ${JSON.stringify(resourceTypeId)}, "resource_id": "…"}`;
  return z.unknown().transform((raw, context) => {
    const parsed = keys.safeParse(raw);
    if (parsed.data?.resource_type_id === resourceTypeId) return parsed.data.resource_id;
    context.addIssue({ code: 'custom', message: shape });
    return z.NEVER;
  });
}
