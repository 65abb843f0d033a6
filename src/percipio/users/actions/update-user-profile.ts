// The action that changes what Percipio knows of a person.
import { create } from '@bufbuild/protobuf';
import { type Action, action } from 'baton-connector-sdk';
import { z } from 'zod';
import { ConstraintKind, FieldSchema } from '#gen/c1/config/v1/config_pb.js';
import { ActionType } from '#gen/c1/connector/v2/action_pb.js';
import type { PercipioContext } from '../../context.ts';
import { changeAccount } from '../accounts/change-account.ts';
import { checkAttributeNames } from '../accounts/check-attribute-names.ts';
import { differencesOf } from '../accounts/user-differences.ts';
import { attributeValues, emailAddress, loginName, personName } from '../accounts/user-fields.ts';
import { resultFields, toActionResult } from './action-result.ts';
import { userArgument, userField } from './user-argument.ts';

const text = { case: 'stringField', value: {} } as const;

const profileFields = [
  { name: 'first_name', displayName: 'First name', field: text },
  { name: 'last_name', displayName: 'Last name', field: text },
  { name: 'email', displayName: 'E-mail', field: text },
  { name: 'login_name', displayName: 'Login name', field: text },
  {
    name: 'custom_attributes',
    displayName: 'Custom attributes',
    description: 'Values by the names that the attributes have in Percipio; an empty one clears the attribute',
    field: { case: 'stringMapField', value: {} },
  } as const,
].map((field) => create(FieldSchema, field));

const profileArguments = z.object({
  user_id: userArgument,
  first_name: personName.optional(),
  last_name: personName.optional(),
  email: emailAddress.optional(),
  login_name: loginName.optional(),
  custom_attributes: attributeValues.optional(),
});

/** An argument that is left out leaves the field as it is. An empty text does not clear it: it is refused. */
export function createUpdateUserProfile(percipio: PercipioContext): Action {
  return action(
    {
      name: 'update_user_profile',
      displayName: 'Update user profile',
      description: 'Changes names, e-mail, login name and custom attributes of a user; what is left out stays as it is',
      arguments: [userField, ...profileFields],
      constraints: [{ kind: ConstraintKind.AT_LEAST_ONE, fieldNames: profileFields.map(({ name }) => name) }],
      returnTypes: resultFields,
      actionType: [ActionType.ACCOUNT, ActionType.ACCOUNT_UPDATE_PROFILE],
    },
    profileArguments,
    async (args, context) => {
      const { customAttributes } = percipio.client();
      const attributes = args.custom_attributes ?? [];
      await checkAttributeNames(attributes, customAttributes, context);
      const wanted = {
        firstName: args.first_name,
        lastName: args.last_name,
        email: args.email,
        loginName: args.login_name,
        customAttributes: attributes,
      };
      return toActionResult(
        await changeAccount(percipio, args.user_id, (user) => differencesOf(user, wanted), context),
      );
    },
  );
}
