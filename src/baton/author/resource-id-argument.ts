// An argument of an action that points at a resource.
import { z } from 'zod';

/** How callers spell the two parts: Go connectors read the snake case (pkg/actions/args.go of baton-sdk v0.25.0). */
const typeKeys = ['resource_type_id', 'resource_type', 'resourceTypeId', 'resourceType'];
const idKeys = ['resource_id', 'resource', 'resourceId'];

/**
 * The zod piece for an argument that its schema calls a `resource_id_field`: `{"resource_type_id", "resource_id"}`, as
 * ConductorOne sends it, or the bare id, as people write it on the command line. What comes of it is the id.
 * @param resourceTypeId - The only type that the resource may be of.
 */
export function resourceIdArgument(resourceTypeId: string): z.ZodType<string> {
  const message = `must be a ${resourceTypeId}: its id, or {"resource_type_id": "${resourceTypeId}", "resource_id": "…"}`;
  return z.unknown().transform((raw, context) => {
    const parts = z.record(z.string(), z.unknown()).safeParse(raw).data;
    const type = parts ? firstOf(parts, typeKeys) : resourceTypeId;
    const id = parts ? firstOf(parts, idKeys) : raw;
    if (type === resourceTypeId && typeof id === 'string' && id !== '') return id;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

function firstOf(parts: Readonly<Record<string, unknown>>, keys: readonly string[]): unknown {
  return keys.map((key) => parts[key]).find((part) => part !== undefined);
}
