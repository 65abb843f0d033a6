// What a child may do, according to the settings that its parent passed on.
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
 * Settings that permit changes: `provisioning`, and those that request a change (pkg/cli of baton-sdk v0.25.0). In the
 * Go SDK actions need no permission; here they do.
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

/** A user who requests one grant need not permit changes too: the parent makes its child do the grant. */
export function readPermittedWork(settings: Settings): ConnectorServicesOptions {
  const hasAny = (fields: readonly Field[]) => fields.some((field) => Boolean(settings.get(field)));
  return { provisioning: hasAny(changes), ticketing: hasAny(tickets) };
}
