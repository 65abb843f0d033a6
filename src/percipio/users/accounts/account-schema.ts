// What ConductorOne asks for before it creates an account.
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  ConnectorAccountCreationSchema_FieldSchema,
  ConnectorAccountCreationSchemaSchema,
} from '#gen/c1/connector/v2/connector_pb.js';
import { userRoles } from '../../api/user-changes.ts';
import { leastRole } from '../../roles/role.ts';

const text = { case: 'stringField', value: {} } as const;
const flag = { case: 'boolField', value: { defaultValue: false } } as const;

const fields = {
  external_user_id: {
    displayName: 'External user ID',
    description: 'What the person is called in your own systems, such as an employee number. Unique in Percipio',
    placeholder: 'E100042',
    required: true,
    field: text,
  },
  email: {
    displayName: 'E-mail',
    description: 'Left out, it is the e-mail of the account that ConductorOne asks for',
    placeholder: 'name@example.com',
    field: text,
  },
  login_name: {
    displayName: 'Login name',
    description:
      'Left out, it is the login of the account that ConductorOne asks for. People can sign in by e-mail, too',
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
    description: 'Values by the names that the attributes have in Percipio',
    field: { case: 'mapField', value: {} },
  },
  send_welcome_email: {
    displayName: 'Send welcome e-mail',
    description: 'Percipio writes to the person when the account is created',
    field: flag,
  },
  reactivate: {
    displayName: 'Reactivate',
    description: 'If there is an inactive account of the person, it is changed as asked for here and made active again',
    field: flag,
  },
} as const satisfies Record<string, MessageInitShape<typeof ConnectorAccountCreationSchema_FieldSchema>>;

/** A key of `AccountInfo.profile`. */
export type AccountField = keyof typeof fields;

export const accountSchema = create(ConnectorAccountCreationSchemaSchema, {
  fieldMap: Object.fromEntries(
    Object.entries(fields).map(([name, field], index) => [
      name,
      create(ConnectorAccountCreationSchema_FieldSchema, { ...field, order: index + 1 }),
    ]),
  ),
});
