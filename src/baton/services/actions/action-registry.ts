// The actions of a connector by name. Their schemas are checked before any call.
import { create } from '@bufbuild/protobuf';
import { FieldSchema } from '#gen/c1/config/v1/config_pb.js';
import { ActionType, type BatonActionSchema, BatonActionSchemaSchema } from '#gen/c1/connector/v2/action_pb.js';
import type { Action } from '../../author/action.ts';
import type { Connector } from '../../author/connector.ts';
import { Code, ServiceError } from '../../author/service-error.ts';
import { closestName } from '../../config/closest-name.ts';

/** An action with its schema as callers see it. */
export interface RegisteredAction {
  readonly action: Action;
  readonly schema: BatonActionSchema;
}

/** The actions of a connector by resource type and name. Actions without a resource type have the empty one. */
export class ActionRegistry {
  readonly all: readonly RegisteredAction[];

  /** @throws Error for an invalid schema, which the author of the connector must correct. */
  constructor({ actions = [], resourceTypes }: Pick<Connector, 'actions' | 'resourceTypes'>) {
    const resourceTypeIds = resourceTypes.map(({ type }) => type.id);
    this.all = actions.map((action) => ({ action, schema: completeSchema(action) }));
    const seen: BatonActionSchema[] = [];
    for (const { schema } of this.all) {
      const fault = findFault(schema, seen, resourceTypeIds);
      if (fault) throw new Error(`action ${JSON.stringify(schema.name)}: ${fault}`);
      seen.push(schema);
    }
  }

  /** The actions of a resource type; all if it is empty. */
  list(resourceTypeId: string): readonly BatonActionSchema[] {
    const schemas = this.all.map(({ schema }) => schema);
    return resourceTypeId === '' ? schemas : schemas.filter((schema) => schema.resourceTypeId === resourceTypeId);
  }

  /**
   * @param resourceTypeId - Empty for an action without a resource type.
   * @throws ServiceError NOT_FOUND
   */
  get(name: string, resourceTypeId: string): RegisteredAction {
    const ofType = this.all.filter(({ schema }) => schema.resourceTypeId === resourceTypeId);
    const found = ofType.find(({ schema }) => schema.name === name);
    if (!found) {
      throw new ServiceError(Code.NotFound, describeUnknown(name, resourceTypeId, ofType), {
        reason: 'action_not_found',
      });
    }
    return found;
  }
}

function describeUnknown(name: string, resourceTypeId: string, known: readonly RegisteredAction[]): string {
  const owner = resourceTypeId === '' ? '' : ` of resource type ${JSON.stringify(resourceTypeId)}`;
  const names = known.map(({ schema }) => schema.name);
  const meant = closestName(name, names);
  const hint = meant ? `; did you mean ${meant}?` : names.length > 0 ? `; valid actions: ${names.join(', ')}` : '';
  return `action ${JSON.stringify(name)}${owner} not found${hint}`;
}

/** Every response has `success`, so every schema has it. */
function completeSchema({ schema }: Action): BatonActionSchema {
  const complete = create(BatonActionSchemaSchema, schema);
  if (complete.returnTypes.some(({ name }) => name === 'success')) return complete;
  const success = create(FieldSchema, {
    name: 'success',
    displayName: 'Success',
    description: 'Whether the action was done',
    field: { case: 'boolField', value: {} },
  });
  return { ...complete, returnTypes: [success, ...complete.returnTypes] };
}

/** The fault of a schema, as a clause. The rules are those of the Go SDK (pkg/actions of baton-sdk v0.25.0), and more. */
function findFault(
  schema: BatonActionSchema,
  others: readonly BatonActionSchema[],
  resourceTypeIds: readonly string[],
): string | undefined {
  const { name, resourceTypeId, constraints } = schema;
  if (name === '') return 'it has no name';
  const siblings = others.filter((other) => other.resourceTypeId === resourceTypeId);
  if (siblings.some((other) => other.name === name)) return 'duplicate name';
  if (resourceTypeId !== '' && !resourceTypeIds.includes(resourceTypeId)) {
    return `it belongs to the resource type ${JSON.stringify(resourceTypeId)}, which the connector does not have`;
  }
  const takenTypes = siblings.flatMap((other) => other.actionType).filter(isExclusive);
  const doubled = resourceTypeId === '' ? undefined : schema.actionType.find((type) => takenTypes.includes(type));
  if (doubled !== undefined) return `another action of its resource type is of type ${ActionType[doubled]}`;
  const names = schema.arguments.map((argument) => argument.name);
  const argument = names.find((candidate, index) => candidate === '' || names.indexOf(candidate) !== index);
  if (argument !== undefined) return `its argument ${JSON.stringify(argument)} has an empty or duplicate name`;
  const unknown = constraints
    .flatMap(({ fieldNames, secondaryFieldNames }) => [...fieldNames, ...secondaryFieldNames])
    .find((candidate) => !names.includes(candidate));
  return unknown === undefined ? undefined : `a constraint names ${JSON.stringify(unknown)}, which is not an argument`;
}

/** ConductorOne calls the action of such a type, so a resource type has at most one. */
function isExclusive(type: ActionType): boolean {
  return type !== ActionType.UNSPECIFIED && type !== ActionType.DYNAMIC;
}
