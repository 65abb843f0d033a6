// The actions that enable and disable people.

import { type Action, action } from 'baton-connector-sdk';
import { z } from 'zod';
import { ActionType } from '#gen/c1/connector/v2/action_pb.js';
import type { PercipioContext } from '../../context.ts';
import { changeAccount } from '../accounts/change-account.ts';
import { resultFields, toActionResult } from './action-result.ts';
import { userArgument, userField } from './user-argument.ts';

export function createEnableUser(percipio: PercipioContext): Action {
  return createSetActive(percipio, true, {
    name: 'enable_user',
    displayName: 'Enable user',
    description: 'Makes an inactive user active again: the person can sign in, with the role and the history they had',
    actionType: [ActionType.ACCOUNT, ActionType.ACCOUNT_ENABLE],
  });
}

export function createDisableUser(percipio: PercipioContext): Action {
  return createSetActive(percipio, false, {
    name: 'disable_user',
    displayName: 'Disable user',
    description: 'Makes a user inactive: the person can no longer sign in. Role and history are kept',
    actionType: [ActionType.ACCOUNT, ActionType.ACCOUNT_DISABLE],
  });
}

function createSetActive(percipio: PercipioContext, wanted: boolean, schema: Action['schema']): Action {
  return action(
    { ...schema, arguments: [userField], returnTypes: resultFields },
    z.object({ user_id: userArgument }),
    async ({ user_id }, context) =>
      toActionResult(
        await changeAccount(
          percipio,
          user_id,
          ({ isActive }) => (isActive === wanted ? undefined : { isActive: wanted }),
          context,
        ),
      ),
  );
}
