// Checks the arguments of an action: against its schema, then by the author's own parser.
import type { JsonObject } from '@bufbuild/protobuf';
import { z } from 'zod';
import { type Constraint, ConstraintKind } from '#gen/c1/config/v1/config_pb.js';
import type { BatonActionSchema } from '#gen/c1/connector/v2/action_pb.js';
import { BadRequestSchema } from '#gen/google/rpc/error_details_pb.js';
import type { Action } from '../../author/action.ts';
import { Code, ServiceError } from '../../author/service-error.ts';
import { closestName } from '../../config/closest-name.ts';

/** What an argument is wrong about. `field` is its path in the request. */
interface Violation {
  readonly field: string;
  readonly description: string;
}

/**
 * The arguments as the action takes them. A null is an argument that is not given, as in Go connectors.
 * @throws ServiceError INVALID_ARGUMENT that names what is wrong and quotes no value
 */
export function parseActionArguments(action: Action, schema: BatonActionSchema, args: JsonObject): unknown {
  const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null));
  const violations = [
    ...findUnknown(schema, given),
    ...findMissing(schema, given),
    ...findBrokenConstraints(schema.constraints, given),
  ];
  if (violations.length > 0) throw invalidArguments(schema, violations);
  try {
    return action.parseArguments(given);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw invalidArguments(
      schema,
      error.issues.map(({ path, message }) => ({ field: ['args', ...path].join('.'), description: message })),
    );
  }
}

function findUnknown(schema: BatonActionSchema, given: JsonObject): Violation[] {
  const known = schema.arguments.map(({ name }) => name);
  return Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const meant = closestName(name, known);
      const hint = meant ? `did you mean ${meant}?` : `there are: ${known.join(', ') || 'none'}`;
      return { field: `args.${name}`, description: `is no argument of this action; ${hint}` };
    });
}

function findMissing(schema: BatonActionSchema, given: JsonObject): Violation[] {
  return schema.arguments
    .filter(({ name, isRequired }) => isRequired && !Object.hasOwn(given, name))
    .map(({ name }) => ({ field: `args.${name}`, description: 'is required' }));
}

function findBrokenConstraints(constraints: readonly Constraint[], given: JsonObject): Violation[] {
  return constraints.flatMap((constraint) => {
    const description = describeBroken(constraint, (name) => Object.hasOwn(given, name));
    return description ? [{ field: 'args', description }] : [];
  });
}

/** Kinds as in pkg/actions of baton-sdk v0.25.0, which heeds them in the same way. */
function describeBroken(constraint: Constraint, isGiven: (name: string) => boolean): string | undefined {
  const names = [...new Set(constraint.fieldNames)];
  const present = names.filter(isGiven);
  switch (constraint.kind) {
    case ConstraintKind.REQUIRED_TOGETHER:
      return present.length > 0 && present.length < names.length
        ? `${list(names)} go together: give all of them or none`
        : undefined;
    case ConstraintKind.MUTUALLY_EXCLUSIVE:
      return present.length > 1 ? `${list(present)} exclude each other: give only one of them` : undefined;
    case ConstraintKind.AT_LEAST_ONE:
      return present.length === 0 ? `one of ${list(names)} must be given` : undefined;
    case ConstraintKind.DEPENDENT_ON: {
      const missing = [...new Set(constraint.secondaryFieldNames)].filter((name) => !isGiven(name));
      return present.length > 0 && missing.length > 0
        ? `with ${list(present)}, ${list(missing)} must be given as well`
        : undefined;
    }
    default:
      return undefined;
  }
}

function list(names: readonly string[]): string {
  return new Intl.ListFormat('en', { style: 'long' }).format(names);
}

function invalidArguments({ name }: BatonActionSchema, violations: readonly Violation[]): ServiceError {
  const texts = violations.map(({ field, description }) => `${field}: ${description}`);
  return new ServiceError(Code.InvalidArgument, `action ${name}: ${texts.join('; ')}`, {
    reason: 'invalid_action_arguments',
    details: [{ desc: BadRequestSchema, value: { fieldViolations: [...violations] } }],
  });
}
