// Actions: what a connector can do beside grants and accounts, described by a schema that people fill in.
import type { JsonObject, MessageInitShape } from '@bufbuild/protobuf';
import type { z } from 'zod';
import type { BatonActionSchemaSchema } from '#gen/c1/connector/v2/action_pb.js';
import type { Context } from './connector.ts';

/** One action. Made with {@link action}. */
export interface Action {
  /** Name, arguments, constraints, return values and what ConductorOne may use it for. The name is unique. */
  readonly schema: MessageInitShape<typeof BatonActionSchemaSchema> & { readonly name: string };
  /** Checks arguments that came from outside. Throws a ZodError. */
  parseArguments(args: JsonObject): unknown;
  /** Does it, with parsed arguments, and answers the return values. Safe to repeat. Throws when it could not be done. */
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
