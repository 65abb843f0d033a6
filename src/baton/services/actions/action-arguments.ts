// Checks the arguments of an action against its schema, then with the author's own parser.
import type { JsonObject } from '@bufbuild/protobuf';
import { z } from 'zod';
import { type Constraint, ConstraintKind } from '#gen/c1/config/v1/config_pb.js';
import type { BatonActionSchema } from '#gen/c1/connector/v2/action_pb.js';
import { BadRequestSchema } from '#gen/google/rpc/error_details_pb.js';
import type { Action } from '../../author/action.ts';
import { Code, ServiceError } from '../../author/service-error.ts';
import { closestName } from '../../config/closest-name.ts';

/** A fault of an argument. `field` is its path in the request. */
export interface ArgumentViolation {
  readonly field: string;
  readonly description: string;
}

/**
 * Parses the arguments of an action. Null means that an argument is not set, as in Go connectors.
 * @throws ServiceError INVALID_ARGUMENT that names the faults but no values
 */
export function parseActionArguments(action: Action, schema: BatonActionSchema, args: JsonObject): unknown {
  const parsed = tryParse(action, schema, args);
  if ('violations' in parsed) throw invalidArguments(schema, parsed.violations);
  return parsed.value;
}

/** The faults of the arguments of an action, without their values. */
export function checkActionArguments(
  action: Action,
  schema: BatonActionSchema,
  args: JsonObject,
): readonly ArgumentViolation[] {
  const parsed = tryParse(action, schema, args);
  return 'violations' in parsed ? parsed.violations : [];
}

function tryParse(
  action: Action,
  schema: BatonActionSchema,
  args: JsonObject,
): { readonly value: unknown } | { readonly violations: readonly ArgumentViolation[] } {
  const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null));
  const violations = [
    ...findUnknown(schema, given),
    ...findMissing(schema, given),
    ...findBrokenConstraints(schema.constraints, given),
  ];
  if (violations.length > 0) return { violations };
  try {
    return { value: action.parseArguments(given) };
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    return {
      violations: error.issues.map(({ path, message }) => ({
        field: ['args', ...path].join('.'),
        description: message,
      })),
    };
  }
}

function findUnknown(schema: BatonActionSchema, given: JsonObject): ArgumentViolation[] {
  const known = schema.arguments.map(({ name }) => name);
  return Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const meant = closestName(name, known);
      const hint = meant ? `did you mean ${meant}?` : `valid arguments: ${known.join(', ') || 'none'}`;
      return { field: `args.${name}`, description: `unknown argument; ${hint}` };
    });
}

function findMissing(schema: BatonActionSchema, given: JsonObject): ArgumentViolation[] {
  return schema.arguments
    .filter(({ name, isRequired }) => isRequired && !Object.hasOwn(given, name))
    .map(({ name }) => ({ field: `args.${name}`, description: 'is required' }));
}

function findBrokenConstraints(constraints: readonly Constraint[], given: JsonObject): ArgumentViolation[] {
  return constraints.flatMap((constraint) => {
    const description = describeBroken(constraint, (name) => Object.hasOwn(given, name));
    return description ? [{ field: 'args', description }] : [];
  });
}

/** The kinds and their meaning are those of pkg/actions of baton-sdk v0.25.0. */
function describeBroken(constraint: Constraint, isGiven: (name: string) => boolean): string | undefined {
  const names = [...new Set(constraint.fieldNames)];
  const present = names.filter(isGiven);
  switch (constraint.kind) {
    case ConstraintKind.REQUIRED_TOGETHER:
      return present.length > 0 && present.length < names.length ? `${list(names)} must be set together` : undefined;
    case ConstraintKind.MUTUALLY_EXCLUSIVE:
      return present.length > 1 ? `${list(present)} are mutually exclusive` : undefined;
    case ConstraintKind.AT_LEAST_ONE:
      return present.length === 0 ? `at least one of ${list(names)} is required` : undefined;
    case ConstraintKind.DEPENDENT_ON: {
      const missing = [...new Set(constraint.secondaryFieldNames)].filter((name) => !isGiven(name));
      return present.length > 0 && missing.length > 0 ? `${list(present)} requires ${list(missing)}` : undefined;
    }
    default:
      return undefined;
  }
}

function list(names: readonly string[]): string {
  return new Intl.ListFormat('en', { style: 'long' }).format(names);
}

function invalidArguments({ name }: BatonActionSchema, violations: readonly ArgumentViolation[]): ServiceError {
  const texts = violations.map(({ field, description }) => `${field}: ${description}`);
  return new ServiceError(Code.InvalidArgument, `action ${name}: ${texts.join('; ')}`, {
    reason: 'invalid_action_arguments',
    details: [{ desc: BadRequestSchema, value: { fieldViolations: [...violations] } }],
  });
}
