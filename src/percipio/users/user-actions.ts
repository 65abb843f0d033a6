// The actions of the connector: enable and disable a user, and those that change one in other ways.
import { create } from '@bufbuild/protobuf';
import { type Action, action } from 'baton-connector-sdk';
import { z } from 'zod';
import { FieldSchema } from '#gen/c1/config/v1/config_pb.js';
import { ActionType } from '#gen/c1/connector/v2/action_pb.js';
import type { PercipioContext } from '../context.ts';
import { changeAccount } from './change-account.ts';
import { planDeactivation, removedRole } from './deactivation.ts';
import { createIdentityActions } from './identity-actions.ts';
import { createProfileActions } from './profile-actions.ts';
import { resultFields, text, toResult, userArgument, userField } from './user-action-fields.ts';

/** Of the connector, not of the type `user`: GetActionSchema finds no others, nor do ConductorOne's account actions. */
export function createActions(percipio: PercipioContext): Action[] {
  return [
    createEnableUser(percipio),
    createDisableUser(percipio),
    ...createProfileActions(percipio),
    ...createIdentityActions(percipio),
  ];
}

const onlyUser = z.object({ user_id: userArgument });

function createEnableUser(percipio: PercipioContext): Action {
  return action(
    {
      name: 'enable_user',
      displayName: 'Enable user',
      description: 'Activates a user: the person can sign in, with the role and history that the account has',
      arguments: [userField],
      returnTypes: resultFields,
      actionType: [ActionType.ACCOUNT, ActionType.ACCOUNT_ENABLE],
    },
    onlyUser,
    async ({ user_id }, context) =>
      toResult(
        await changeAccount(
          percipio,
          user_id,
          ({ isActive }) => (isActive === true ? undefined : { isActive: true }),
          context,
        ),
      ),
  );
}

const removedRoleField = create(FieldSchema, {
  name: 'removed_role',
  displayName: 'Removed role',
  description: 'The role that the user lost, with --reset-role-on-disable; missing if there was none to lose',
  field: text,
});

function createDisableUser(percipio: PercipioContext): Action {
  return action(
    {
      name: 'disable_user',
      displayName: 'Disable user',
      description:
        'Deactivates a user: the person can no longer sign in. The history is kept, and so is the role unless the connector runs with --reset-role-on-disable',
      arguments: [userField],
      returnTypes: [...resultFields, removedRoleField],
      actionType: [ActionType.ACCOUNT, ActionType.ACCOUNT_DISABLE],
    },
    onlyUser,
    async ({ user_id }, context) => {
      const change = await changeAccount(percipio, user_id, planDeactivation(percipio), context);
      const role = removedRole(change);
      return { ...toResult(change), ...(role !== undefined && { removed_role: role }) };
    },
  );
}
