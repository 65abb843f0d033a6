// The actions of the connector: enable and disable a user, update a profile, and those of identity-actions.ts.
import { create } from '@bufbuild/protobuf';
import { type Action, action } from 'baton-connector-sdk';
import { z } from 'zod';
import { ConstraintKind, FieldSchema } from '#gen/c1/config/v1/config_pb.js';
import { ActionType } from '#gen/c1/connector/v2/action_pb.js';
import type { PercipioContext } from '../context.ts';
import { asService } from '../service-errors.ts';
import { changeAccount } from './change-account.ts';
import { checkAttributeNames } from './check-attribute-names.ts';
import { checkNamesAreFree } from './find-user.ts';
import { createIdentityActions } from './identity-actions.ts';
import { resultFields, text, toResult, userArgument, userField } from './user-action-fields.ts';
import { differencesOf } from './user-differences.ts';
import { attributeValues, emailAddress, loginName, personName } from './user-fields.ts';

/** Of the connector, not of the type `user`: GetActionSchema finds no others, nor do ConductorOne's account actions. */
export function createActions(percipio: PercipioContext): Action[] {
  return [
    createEnableUser(percipio),
    createDisableUser(percipio),
    createUpdateUserProfile(percipio),
    ...createIdentityActions(percipio),
  ];
}

function createEnableUser(percipio: PercipioContext): Action {
  return createSetActive(percipio, true, {
    name: 'enable_user',
    displayName: 'Enable user',
    description: 'Reactivates a user: the person can sign in again, with their role and history',
    actionType: [ActionType.ACCOUNT, ActionType.ACCOUNT_ENABLE],
  });
}

function createDisableUser(percipio: PercipioContext): Action {
  return createSetActive(percipio, false, {
    name: 'disable_user',
    displayName: 'Disable user',
    description: 'Deactivates a user: the person can no longer sign in. Role and history are kept',
    actionType: [ActionType.ACCOUNT, ActionType.ACCOUNT_DISABLE],
  });
}

function createSetActive(percipio: PercipioContext, wanted: boolean, schema: Action['schema']): Action {
  return action(
    { ...schema, arguments: [userField], returnTypes: resultFields },
    z.object({ user_id: userArgument }),
    async ({ user_id }, context) =>
      toResult(
        await changeAccount(
          percipio,
          user_id,
          ({ isActive }) => (isActive === wanted ? undefined : { isActive: wanted }),
          context,
        ),
      ),
  );
}

const profileFields = [
  { name: 'first_name', displayName: 'First name', field: text },
  { name: 'last_name', displayName: 'Last name', field: text },
  { name: 'email', displayName: 'E-mail', field: text },
  { name: 'login_name', displayName: 'Login name', field: text },
  {
    name: 'custom_attributes',
    displayName: 'Custom attributes',
    description: 'Values by attribute name in Percipio; an empty value clears the attribute',
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

/** An omitted argument leaves the field as it is. An empty string does not clear it: it is refused. */
function createUpdateUserProfile(percipio: PercipioContext): Action {
  return action(
    {
      name: 'update_user_profile',
      displayName: 'Update user profile',
      description: 'Changes names, e-mail, login name and custom attributes of a user; omitted fields stay as they are',
      arguments: [userField, ...profileFields],
      constraints: [{ kind: ConstraintKind.AT_LEAST_ONE, fieldNames: profileFields.map(({ name }) => name) }],
      returnTypes: resultFields,
      actionType: [ActionType.ACCOUNT, ActionType.ACCOUNT_UPDATE_PROFILE],
    },
    profileArguments,
    async (args, context) => {
      const { customAttributes, users } = percipio.client();
      const attributes = args.custom_attributes ?? [];
      await checkAttributeNames(attributes, customAttributes, context);
      const wanted = {
        firstName: args.first_name,
        lastName: args.last_name,
        email: args.email,
        loginName: args.login_name,
        customAttributes: attributes,
      };
      await asService(context.signal, (signal) => checkNamesAreFree(users, args.user_id, wanted, signal));
      return toResult(await changeAccount(percipio, args.user_id, (user) => differencesOf(user, wanted), context));
    },
  );
}
