// The form that ConductorOne shows for a new account.
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  ConnectorAccountCreationSchema_FieldSchema,
  ConnectorAccountCreationSchemaSchema,
} from '#gen/c1/connector/v2/connector_pb.js';
import { userRoles, welcomeLanguages } from '../api/user-changes.ts';
import { leastRole } from './user-fields.ts';

const text = { case: 'stringField', value: {} } as const;
const flag = { case: 'boolField', value: { defaultValue: false } } as const;
const flagSet = { case: 'boolField', value: { defaultValue: true } } as const;

const fields = {
  external_user_id: {
    displayName: 'External user ID',
    description: "The person's id in your own systems, such as an employee number. Unique in Percipio",
    placeholder: 'E100042',
    required: true,
    field: text,
  },
  email: {
    displayName: 'E-mail',
    description: 'Default: the e-mail of the account that ConductorOne requests',
    placeholder: 'name@example.com',
    field: text,
  },
  login_name: {
    displayName: 'Login name',
    description: 'Default: the login of the account that ConductorOne requests. Users can also sign in by e-mail',
    placeholder: 'name@example.com',
    field: text,
  },
  first_name: { displayName: 'First name', placeholder: 'First name', field: text },
  last_name: { displayName: 'Last name', placeholder: 'Last name', field: text },
  role: {
    displayName: 'Role',
    description: `One of ${userRoles.join(', ')}`,
    field: { case: 'stringField', value: { defaultValue: leastRole } },
  },
  custom_attributes: {
    displayName: 'Custom attributes',
    description: 'Values by attribute name in Percipio',
    field: { case: 'mapField', value: {} },
  },
  is_active: {
    displayName: 'Is active',
    description: 'Without it, the account is created inactive, for a person who starts later: enable it at that time',
    field: flagSet,
  },
  is_instructor: { displayName: 'Is instructor', field: flag },
  send_welcome_email: {
    displayName: 'Send welcome e-mail',
    description: 'Percipio sends the user an e-mail when the account is created',
    field: flag,
  },
  welcome_email_language: {
    displayName: 'Language of the welcome e-mail',
    description: `One of ${welcomeLanguages.join(', ')}. Default: that of the organization`,
    field: text,
  },
  must_reset_password: {
    displayName: 'Must reset password',
    description: 'The user must change the password at the first sign-in. Only with a password',
    field: flag,
  },
  reactivate: {
    displayName: 'Reactivate',
    description:
      'If the person has an inactive account, update it as requested here, and reactivate it unless the account is to be inactive',
    field: flag,
  },
} as const satisfies Record<string, MessageInitShape<typeof ConnectorAccountCreationSchema_FieldSchema>>;

/** A key of `AccountInfo.profile`. */
export type AccountField = keyof typeof fields;

export const accountFields: readonly string[] = Object.keys(fields);

export const accountSchema = create(ConnectorAccountCreationSchemaSchema, {
  fieldMap: Object.fromEntries(
    Object.entries(fields).map(([name, field], index) => [
      name,
      create(ConnectorAccountCreationSchema_FieldSchema, { ...field, order: index + 1 }),
    ]),
  ),
});
