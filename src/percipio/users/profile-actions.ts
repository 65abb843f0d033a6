// The actions that update a user: the profile alone, or everything that changes when a person moves.
import { create } from '@bufbuild/protobuf';
import { type Action, action, type Context } from 'baton-connector-sdk';
import { z } from 'zod';
import { ConstraintKind, FieldSchema } from '#gen/c1/config/v1/config_pb.js';
import { ActionType } from '#gen/c1/connector/v2/action_pb.js';
import { userRoles } from '../api/user-changes.ts';
import type { PercipioContext } from '../context.ts';
import { asService } from '../service-errors.ts';
import { changeAccount } from './change-account.ts';
import type { UserUpdate } from './change-user.ts';
import { checkAttributeNames } from './check-attribute-names.ts';
import { checkNamesAreFree } from './find-user.ts';
import { flag, resultFields, text, toResult, userArgument, userField } from './user-action-fields.ts';
import { differencesOf } from './user-differences.ts';
import { attributeValues, emailAddress, flagValue, loginName, personName, userRole } from './user-fields.ts';

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

const moveFields = [
  { name: 'role', displayName: 'Role', description: `One of ${userRoles.join(', ')}`, field: text },
  { name: 'is_instructor', displayName: 'Is instructor', field: flag },
].map((field) => create(FieldSchema, field));

const moveResultFields = [
  { name: 'role', displayName: 'Role', description: 'The role that the user has now', field: text },
  {
    name: 'previous_role',
    displayName: 'Previous role',
    description: 'The role that was replaced; missing if it stayed',
    field: text,
  },
].map((field) => create(FieldSchema, field));

/** Of both actions: those that an action does not declare are rejected before. */
const updateArguments = z.object({
  user_id: userArgument,
  first_name: personName.optional(),
  last_name: personName.optional(),
  email: emailAddress.optional(),
  login_name: loginName.optional(),
  custom_attributes: attributeValues.optional(),
  role: userRole.optional(),
  is_instructor: flagValue.optional(),
});

type UpdateArguments = z.output<typeof updateArguments>;

export function createProfileActions(percipio: PercipioContext): Action[] {
  return [createUpdateUserProfile(percipio), createMoveUser(percipio)];
}

function createUpdateUserProfile(percipio: PercipioContext): Action {
  return action(
    {
      name: 'update_user_profile',
      displayName: 'Update user profile',
      description: 'Changes names, e-mail, login name and custom attributes of a user; omitted fields stay as they are',
      arguments: [userField, ...profileFields],
      constraints: [atLeastOneOf(profileFields)],
      returnTypes: resultFields,
      actionType: [ActionType.ACCOUNT, ActionType.ACCOUNT_UPDATE_PROFILE],
    },
    updateArguments,
    async (args, context) => toResult(await update(percipio, args, context)),
  );
}

/** An action of its own: who may correct a name may not therefore grant a role. */
function createMoveUser(percipio: PercipioContext): Action {
  const fields = [...moveFields, ...profileFields];
  return action(
    {
      name: 'move_user',
      displayName: 'Move user',
      description: 'Changes role and profile of a user in one step; omitted fields stay as they are',
      arguments: [userField, ...fields],
      constraints: [atLeastOneOf(fields)],
      returnTypes: [...resultFields, ...moveResultFields],
      actionType: [ActionType.ACCOUNT, ActionType.DYNAMIC],
    },
    updateArguments,
    async (args, context) => {
      const updated = await update(percipio, args, context);
      const [from = '', to = ''] = [updated.before.role, updated.after.role];
      return { ...toResult(updated), role: to, ...(from !== to && { previous_role: from }) };
    },
  );
}

function atLeastOneOf(fields: readonly { readonly name: string }[]) {
  return { kind: ConstraintKind.AT_LEAST_ONE, fieldNames: fields.map(({ name }) => name) };
}

/** An omitted argument leaves the field as it is. An empty string does not clear it: it is refused. */
async function update(percipio: PercipioContext, args: UpdateArguments, context: Context): Promise<UserUpdate> {
  const { customAttributes, users } = percipio.client();
  const attributes = args.custom_attributes ?? [];
  await checkAttributeNames(attributes, customAttributes, context);
  const wanted = {
    firstName: args.first_name,
    lastName: args.last_name,
    email: args.email,
    loginName: args.login_name,
    role: args.role,
    isInstructor: args.is_instructor,
    customAttributes: attributes,
  };
  const { email, loginName } = wanted;
  await asService(context.signal, (signal) => checkNamesAreFree(users, args.user_id, { email, loginName }, signal));
  return await changeAccount(percipio, args.user_id, (user) => differencesOf(user, wanted), context);
}
