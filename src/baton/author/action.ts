// Actions: what a connector can do beside grants and accounts, described by a schema that people fill in.
import type { JsonObject, MessageInitShape } from '@bufbuild/protobuf';
import type { z } from 'zod';
import type { BatonActionSchemaSchema } from '#gen/c1/connector/v2/action_pb.js';
import type { Context } from './context.ts';

/** One action. Made with {@link action}. */
export interface Action {
  /**
   * Name, arguments, constraints, return values and what ConductorOne may use it for. The name is unique in the
   * connector, or in its resource type. Callers are told of the return value `success` too.
   */
  readonly schema: MessageInitShape<typeof BatonActionSchemaSchema> & { readonly name: string };
  /**
   * Checks arguments that came from outside. Throws a ZodError. Those that the schema does not name, that it requires
   * and that break its constraints are refused before, and nulls are left out.
   */
  parseArguments(args: JsonObject): unknown;
  /**
   * Does it, with parsed arguments, and answers the return values; `success` is added. They travel in the action's id
   * too, so they are small and hold no secret. Safe to repeat, for a caller that was cut off learns nothing. Throws
   * when it could not be done: what callers may know of it as a ServiceError.
   */
  run(args: unknown, context: Context): Promise<JsonObject>;
}

/** Declares an action: its schema for callers, that of its arguments, once, and what it does. */
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
