// All actions of the connector.
import type { Action } from 'baton-connector-sdk';
import type { PercipioContext } from '../../context.ts';
import { createDisableUser, createEnableUser } from './set-user-active.ts';
import { createUpdateUserProfile } from './update-user-profile.ts';

/** Of the connector, not of the type `user`: GetActionSchema finds no others, and ConductorOne's account actions are such. */
export function createActions(percipio: PercipioContext): Action[] {
  return [createEnableUser(percipio), createDisableUser(percipio), createUpdateUserProfile(percipio)];
}
