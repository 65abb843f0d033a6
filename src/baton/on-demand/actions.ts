// --invoke-action and --list-action-schemas: the connector's actions.

import { toJson } from '@bufbuild/protobuf';
import type { Field as ActionField } from '#gen/c1/config/v1/config_pb.js';
import {
  ActionService,
  type BatonActionSchema,
  BatonActionSchemaSchema,
  BatonActionStatus,
} from '#gen/c1/connector/v2/action_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';
import {
  invokeAction,
  invokeActionArgs,
  invokeActionResourceType,
  listActionSchemas,
  listActionSchemasResourceType,
} from '../config/fields/on-demand.ts';
import { annotationRegistry } from '../messages/annotation-registry.ts';
import { type OnDemandJob, parseJsonObject } from './on-demand-job.ts';

export const invokeActionJob: OnDemandJob = {
  spanName: 'localActionInvoker.Process',
  requestedBy: [invokeAction],
  isChange: true,
  async run({ settings, connect }) {
    const name = settings.get(invokeAction) ?? '';
    const args = parseJsonObject(invokeActionArgs, settings);
    const resourceTypeId = settings.get(invokeActionResourceType) ?? '';
    const { id, status, response = {} } = await connect(ActionService).invokeAction({ name, args, resourceTypeId });
    if (status !== BatonActionStatus.COMPLETE) {
      const why = typeof response.error === 'string' ? response.error : 'the connector gave no reason';
      throw new ServiceError(Code.Unknown, `action ${name} failed: ${why}`, { reason: 'action_failed' });
    }
    const { success, ...values } = response;
    return {
      record: { outcome: 'done', action: name, action_id: id, response },
      lines: [
        `Action ${name} succeeded.`,
        ...Object.entries(values).map(
          ([key, value]) => `  ${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
        ),
      ],
    };
  },
};

export const listActionSchemasJob: OnDemandJob = {
  spanName: 'localListActionSchemas.Process',
  requestedBy: [listActionSchemas],
  isChange: false,
  async run({ settings, connect }) {
    const resourceTypeId = settings.get(listActionSchemasResourceType) ?? '';
    const { schemas } = await connect(ActionService).listActionSchemas({ resourceTypeId });
    return {
      record: {
        outcome: 'listed',
        schemas: schemas.map((schema) => toJson(BatonActionSchemaSchema, schema, { registry: annotationRegistry })),
      },
      lines: schemas.length > 0 ? schemas.flatMap(describeSchema) : ['The connector has no actions.'],
    };
  },
};

function describeSchema(schema: BatonActionSchema): string[] {
  const owner = schema.resourceTypeId ? ` (--invoke-action-resource-type ${schema.resourceTypeId})` : '';
  return [
    `${schema.name}${owner}${colon(schema.description || schema.displayName)}`,
    ...schema.arguments.map((field) => `  argument ${describeArgument(field)}`),
    ...schema.returnTypes.map((field) => `  returns ${describeArgument(field)}`),
  ];
}

function describeArgument({ name, description, displayName, isRequired, field }: ActionField): string {
  const kind = field.case?.replace(/Field$/, '').replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  const notes = [kind, isRequired ? 'required' : undefined].filter((note) => note !== undefined).join(', ');
  return `${name}${notes ? ` (${notes})` : ''}${colon(description || displayName)}`;
}

function colon(text: string): string {
  return text ? `: ${text}` : '';
}
