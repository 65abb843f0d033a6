// Actions: what a connector can do besides grants and accounts, described by a schema that callers fill in.
import type { JsonObject, MessageInitShape } from '@bufbuild/protobuf';
import { z } from 'zod';
import type { BatonActionSchemaSchema } from '#gen/c1/connector/v2/action_pb.js';
import type { Context } from './context.ts';

/** One action. Create one with {@link action}. */
export interface Action {
  /**
   * Name, arguments, constraints, return values and what ConductorOne may use it for. The name is unique within the
   * connector, or within its resource type. Callers also see the return value `success`.
   */
  readonly schema: MessageInitShape<typeof BatonActionSchemaSchema> & { readonly name: string };
  /**
   * Parses arguments that came from outside; throws a ZodError. By then nulls are removed, and arguments that are
   * unknown, missing or against the constraints of the schema are rejected.
   */
  parseArguments(args: JsonObject): unknown;
  /**
   * Runs the action with parsed arguments. Returns the return values without `success`: they are part of the action's
   * id, so they must be small and free of secrets. Must be safe to repeat, because a caller whose connection broke does
   * not learn the result. Throws if it fails: a ServiceError for what callers may see.
   */
  run(args: unknown, context: Context): Promise<JsonObject>;
}

/** Declares an action: its schema for callers, the schema of its arguments, and what it does. */
export function action<Arguments>(
  schema: Action['schema'],
  args: z.ZodType<Arguments>,
  run: (args: Arguments, context: Context) => Promise<JsonObject>,
): Action {
  return {
    schema,
    parseArguments: (raw) => args.parse(raw),
    run: (parsed, context) => run(parsed as Arguments, context),
  };
}

/** Spellings of the two parts of a resource id: Go connectors read snake case (pkg/actions/args.go of baton-sdk v0.25.0). */
const typeKeys = ['resource_type_id', 'resource_type', 'resourceTypeId', 'resourceType'];
const idKeys = ['resource_id', 'resource', 'resourceId'];

/**
 * The zod type of an argument that the action's schema declares as a `resource_id_field`: either
 * `{"resource_type_id", "resource_id"}`, as ConductorOne sends it, or the bare id, as people type it. Parses to the id.
 * @param resourceTypeId - The only type that the resource may have.
 */
export function resourceIdArgument(resourceTypeId: string): z.ZodType<string> {
  const message = `must be a ${resourceTypeId}: its id, or {"resource_type_id": "${resourceTypeId}", "resource_id": "…"}`;
  return z.unknown().transform((raw, context) => {
    const { resourceType, resource } = readResourceId(raw) ?? {};
    if (resource !== undefined && (resourceType ?? resourceTypeId) === resourceTypeId) return resource;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

/** The resource that an argument names; `resourceType` is missing in a bare id. Undefined if it names none. */
export function readResourceId(
  raw: unknown,
): { readonly resourceType: string | undefined; readonly resource: string } | undefined {
  const parts = z.record(z.string(), z.unknown()).safeParse(raw).data;
  const resourceType = parts && firstOf(parts, typeKeys);
  const resource = parts ? firstOf(parts, idKeys) : raw;
  if (typeof resource !== 'string' || resource === '') return undefined;
  if (parts && typeof resourceType !== 'string') return undefined;
  return { resourceType: parts ? String(resourceType) : undefined, resource };
}

function firstOf(parts: Readonly<Record<string, unknown>>, keys: readonly string[]): unknown {
  return keys.map((key) => parts[key]).find((part) => part !== undefined);
}
