// The actions that give an account another external user id: the id by which people are told apart. Both name the old and
// the new one, so that a mistake changes nothing.
import { create } from '@bufbuild/protobuf';
import { type Action, action, Code, refusal, ServiceError } from 'baton-connector-sdk';
import { z } from 'zod';
import { FieldSchema } from '#gen/c1/config/v1/config_pb.js';
import { ActionType } from '#gen/c1/connector/v2/action_pb.js';
import type { User } from '../api/user.ts';
import type { PercipioContext } from '../context.ts';
import { asService } from '../service-errors.ts';
import { changeAccount } from './change-account.ts';
import type { UserPlan } from './change-user.ts';
import { checkNamesAreFree } from './find-user.ts';
import { resultFields, text, toResult, userArgument, userField } from './user-action-fields.ts';
import { externalUserId, isSameName } from './user-fields.ts';

const oldField = create(FieldSchema, {
  name: 'old_external_user_id',
  displayName: 'Old external user ID',
  description: 'The external user id that the user has now',
  isRequired: true,
  field: text,
});

const newField = create(FieldSchema, {
  name: 'new_external_user_id',
  displayName: 'New external user ID',
  description: 'The external user id that the user gets. No other user may have it',
  isRequired: true,
  field: text,
});

export function createIdentityActions(percipio: PercipioContext): Action[] {
  return [createAdoptUser(percipio), createChangeExternalUserId(percipio)];
}

/** For an account that was found by its login name or e-mail, and that is the same person's under another id. */
function createAdoptUser(percipio: PercipioContext): Action {
  const oldId = create(FieldSchema, {
    ...oldField,
    isRequired: false,
    description: `${oldField.description}. Omit it for a user without one`,
  });
  return action(
    {
      name: 'adopt_user',
      displayName: 'Adopt user',
      description:
        'Makes an existing account that of a person with another external user id, such as a returning employee with a new number. Only the id changes',
      arguments: [userField, oldId, newField],
      returnTypes: resultFields,
      actionType: [ActionType.ACCOUNT, ActionType.DYNAMIC],
    },
    z.object({
      user_id: userArgument,
      old_external_user_id: externalUserId.optional(),
      new_external_user_id: externalUserId,
    }),
    async ({ user_id, old_external_user_id: oldId = '', new_external_user_id: newId }, context) => {
      const { users } = percipio.client();
      await asService(context.signal, (signal) => checkNamesAreFree(users, user_id, { externalUserId: newId }, signal));
      return toResult(await changeAccount(percipio, user_id, planNewId(oldId, newId), context));
    },
  );
}

/** For renumbering and mergers: finds the user by the old id, whoever it is. */
function createChangeExternalUserId(percipio: PercipioContext): Action {
  return action(
    {
      name: 'change_external_user_id',
      displayName: 'Change external user ID',
      description: 'Gives the user with one external user id another one, as after a renumbering or a merger',
      arguments: [oldField, newField],
      returnTypes: resultFields,
      actionType: [ActionType.ACCOUNT, ActionType.DYNAMIC],
    },
    z.object({ old_external_user_id: externalUserId, new_external_user_id: externalUserId }),
    async ({ old_external_user_id: oldId, new_external_user_id: newId }, context) => {
      const { users } = percipio.client();
      const [ofOld, ofNew] = await asService(context.signal, async (signal) => [
        await users.lookUp('external-user-id', oldId, signal),
        await users.lookUp('external-user-id', newId, signal),
      ]);
      if (ofNew && (!ofOld || ofOld.id === ofNew.id)) return toResult({ after: ofNew, written: false });
      if (!ofOld) throw nobodyHas(oldId, newId);
      if (ofNew) throw bothTaken(ofOld, ofNew);
      return toResult(await changeAccount(percipio, ofOld.id, planNewId(oldId, newId), context));
    },
  );
}

/** The case of an id does not count: Percipio compares without it, and may keep the one that it has. */
function planNewId(oldId: string, newId: string): UserPlan {
  return ({ id, externalUserId: current = '' }) => {
    if (isSameName(current, newId)) return undefined;
    if (!isSameName(current, oldId)) {
      const has = current === '' ? 'no external user id' : `the external user id ${JSON.stringify(current)}`;
      const given = oldId === '' ? 'none' : JSON.stringify(oldId);
      throw refusal(
        `User ${id} has ${has}, and old_external_user_id is ${given}. Nothing was changed: check which user is meant`,
        'external_user_id_differs',
      );
    }
    return { externalUserId: newId };
  };
}

function nobodyHas(oldId: string, newId: string): ServiceError {
  return new ServiceError(
    Code.NotFound,
    `Percipio has no user with the external user id ${JSON.stringify(oldId)}, and none with ${JSON.stringify(newId)}`,
    { reason: 'user_not_found' },
  );
}

function bothTaken(ofOld: User, ofNew: User): ServiceError {
  return refusal(
    `User ${ofOld.id} has the old external user id, and user ${ofNew.id} the new one. Nothing was changed: Percipio's API cannot merge accounts. Decide which account the person keeps, and give the other one a different id first`,
    'name_taken',
  );
}
