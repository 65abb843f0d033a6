// The schema of the settings for ConductorOne: `c1.config.v1.Configuration`.
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  type Configuration,
  ConfigurationSchema,
  ConstraintKind,
  type ConstraintSchema,
  type FieldSchema,
} from '#gen/c1/config/v1/config_pb.js';
import type { Constraint } from './constraint.ts';
import type { Field } from './field.ts';

const constraintKinds = {
  'required-together': ConstraintKind.REQUIRED_TOGETHER,
  'at-least-one': ConstraintKind.AT_LEAST_ONE,
  'mutually-exclusive': ConstraintKind.MUTUALLY_EXCLUSIVE,
  'dependent-on': ConstraintKind.DEPENDENT_ON,
} as const;

export interface ConfigurationInit {
  readonly fields: readonly Field[];
  readonly constraints: readonly Constraint[];
  /** The texts of the form as a whole, if it has any. */
  readonly catalog?: { readonly displayName: string; readonly helpUrl: string; readonly iconUrl: string } | undefined;
}

/**
 * Builds the schema as the Go SDK exports it (pkg/field/marshal.go of baton-sdk v0.25.0): the fields whose target is
 * `gui` or `ops`, in their order, and the constraints between them. A duration is exported as a string.
 */
export function exportConfiguration({ fields, constraints, catalog }: ConfigurationInit): Configuration {
  const exported = fields.filter(({ exportTarget }) => exportTarget === 'gui' || exportTarget === 'ops');
  const names = new Set(exported.map((field) => field.name));
  return create(ConfigurationSchema, {
    ...catalog,
    fields: exported.map(exportField),
    constraints: constraints
      .filter(({ fields, requires = [] }) => [...fields, ...requires].every((field) => names.has(field.name)))
      .map(exportConstraint),
  });
}

function exportField(field: Field): MessageInitShape<typeof FieldSchema> {
  return {
    name: field.name,
    displayName: field.displayName ?? '',
    description: field.description,
    placeholder: field.placeholder ?? '',
    isRequired: field.required ?? false,
    isOps: field.exportTarget === 'ops',
    isSecret: field.secret,
    field: exportValue(field),
  };
}

function exportValue(field: Field): NonNullable<MessageInitShape<typeof FieldSchema>['field']> {
  const { defaultText, required } = field;
  switch (field.variant) {
    case 'bool':
      return { case: 'boolField', value: {} };
    case 'int':
      return { case: 'intField', value: { defaultValue: BigInt(defaultText || 0), ...exportIntegerRules(field) } };
    case 'string-slice':
      return { case: 'stringSliceField', value: required === undefined ? {} : { rules: { isRequired: required } } };
    default:
      return { case: 'stringField', value: { defaultValue: defaultText, ...exportTextRules(field) } };
  }
}

function exportIntegerRules({ gte, lte, rulesExported }: Field) {
  if (!rulesExported || (gte === undefined && lte === undefined)) return {};
  return {
    rules: { ...(gte !== undefined && { gte: BigInt(gte) }), ...(lte !== undefined && { lte: BigInt(lte) }) },
  };
}

function exportTextRules({ oneOf, required, rulesExported }: Field) {
  if (!rulesExported || (!oneOf && required === undefined)) return {};
  return { rules: { in: (oneOf ?? []) as string[], isRequired: required ?? false } };
}

function exportConstraint({ kind, fields, requires = [] }: Constraint): MessageInitShape<typeof ConstraintSchema> {
  return {
    kind: constraintKinds[kind],
    fieldNames: fields.map((field) => field.name),
    secondaryFieldNames: requires.map((field) => field.name),
  };
}
