// Applies one change through the connector's services, as a single command or a task would.
import type { DescService, JsonObject } from '@bufbuild/protobuf';
import { anyIs } from '@bufbuild/protobuf/wkt';
import { ActionService, BatonActionStatus } from '#gen/c1/connector/v2/action_pb.js';
import { GrantAlreadyExistsSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { GrantManagerService } from '#gen/c1/connector/v2/grant_pb.js';
import { AccountManagerService, type Resource } from '#gen/c1/connector/v2/resource_pb.js';
import type { Context } from '../author/context.ts';
import type { Naming } from '../author/naming.ts';
import { Code, ServiceError } from '../author/service-error.ts';
import type { UnaryClient } from '../client/in-process-client.ts';
import type { Change } from './change.ts';
import { toAccountInfo } from './check-rows.ts';

export interface ApplyOptions {
  readonly naming: Naming;
  readonly context: Context;
  connect<Desc extends DescService>(desc: Desc): UnaryClient<Desc>;
  /**
   * Called before an account is changed.
   * @throws ServiceError if the change must not be made.
   */
  onAccount(account: string): void;
}

/** What was done. */
export interface Applied {
  /** `created`, `granted`, `done` and so on, or what says that there was nothing to do. */
  readonly outcome: string;
  readonly account?: string | undefined;
  readonly details: JsonObject;
}

/** @throws What the connector throws; ServiceError `account_not_found`, `action_failed` or `no_account_result`. */
export async function applyChange(change: Change, options: ApplyOptions): Promise<Applied> {
  if (change.kind.work.kind === 'create') return await createAccount(change, options);
  const account = await options.naming.findAccount(change.person, options.context);
  if (!account?.id) {
    throw new ServiceError(Code.NotFound, 'no account in the application has this name', {
      reason: 'account_not_found',
    });
  }
  options.onAccount(account.id.resource);
  return change.kind.work.kind === 'grant'
    ? await grant(change, account, options)
    : await invoke(change, account, options);
}

async function createAccount({ values }: Change, { connect }: ApplyOptions): Promise<Applied> {
  const { result } = await connect(AccountManagerService).createAccount({ accountInfo: toAccountInfo(values) });
  const account = result.value?.resource?.id?.resource;
  switch (result.case) {
    case 'success':
      return { outcome: 'created', account, details: {} };
    case 'actionRequired':
      return { outcome: 'action-required', account, details: { message: result.value.message } };
    case 'alreadyExists':
      return { outcome: 'already-exists', account, details: {} };
    case 'inProgress':
      return { outcome: 'in-progress', account, details: {} };
    default:
      throw new ServiceError(Code.Internal, 'the connector returned no result for the account', {
        reason: 'no_account_result',
      });
  }
}

async function grant({ entitlement }: Change, principal: Resource, { connect }: ApplyOptions): Promise<Applied> {
  const { annotations } = await connect(GrantManagerService).grant({ ...(entitlement && { entitlement }), principal });
  const hadIt = annotations.some((annotation) => anyIs(annotation, GrantAlreadyExistsSchema));
  return {
    outcome: hadIt ? 'already-exists' : 'granted',
    account: principal.id?.resource,
    details: { entitlement: entitlement?.id ?? '' },
  };
}

async function invoke({ kind, values }: Change, { id }: Resource, { connect }: ApplyOptions): Promise<Applied> {
  if (kind.work.kind !== 'action' || !id) throw new TypeError('not an action');
  const { name, resourceTypeId } = kind.work.found.schema;
  const account = { resource_type_id: id.resourceType, resource_id: id.resource };
  const args = { ...values, [kind.work.accountArgument]: account };
  const { status, response = {} } = await connect(ActionService).invokeAction({ name, args, resourceTypeId });
  const { success, error, ...details } = response;
  if (status === BatonActionStatus.COMPLETE)
    return { outcome: 'done', account: id.resource, details: { response: details } };
  const why = typeof error === 'string' ? error : `action ${name} failed, and the connector gave no reason`;
  throw new ServiceError(Code.Unknown, why, { reason: 'action_failed' });
}
