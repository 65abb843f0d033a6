// What a child may do, from the settings of the program that started it.

import type { Field, Settings } from '../config/field.ts';
import {
  bulkCreateTicket,
  createAccountEmail,
  createAccountLogin,
  createAccountProfile,
  createTicket,
  deleteResource,
  deleteResourceType,
  getTicket,
  grantEntitlement,
  invokeAction,
  listTicketSchemas,
  revokeGrant,
  rotateCredentials,
  rotateCredentialsType,
} from '../config/fields/on-demand.ts';
import { provisioning, ticketing } from '../config/fields/service-mode.ts';
import type { ConnectorServicesOptions } from '../services/connector-services.ts';

/**
 * Settings that permit changes: the one that says so, and those that ask for one (pkg/cli of baton-sdk v0.25.0). There,
 * actions need no permission; here they do.
 */
const changes: readonly Field[] = [
  provisioning,
  grantEntitlement,
  revokeGrant,
  createAccountLogin,
  createAccountEmail,
  createAccountProfile,
  deleteResource,
  deleteResourceType,
  rotateCredentials,
  rotateCredentialsType,
  invokeAction,
];

const tickets: readonly Field[] = [ticketing, createTicket, bulkCreateTicket, listTicketSchemas, getTicket];

/** A person who asks for one grant need not permit changes beside that: the parent then has the child do it. */
export function readPermittedWork(settings: Settings): ConnectorServicesOptions {
  const hasAny = (fields: readonly Field[]) => fields.some((field) => Boolean(settings.get(field)));
  return { provisioning: hasAny(changes), ticketing: hasAny(tickets) };
}
