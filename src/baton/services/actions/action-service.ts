// ActionService: everything else that a connector can do.
import type { HandlerContext } from '@connectrpc/connect';
import { ConnectError } from '@connectrpc/connect';
import { ActionService, BatonActionStatus } from '#gen/c1/connector/v2/action_pb.js';
import { Code, ServiceError } from '../../author/service-error.ts';
import { internalErrorText } from '../../author/unexpected-error.ts';
import { toConnectorContext } from '../call-context.ts';
import { provisioningDisabled } from '../provisioning/provisioning-disabled.ts';
import { type ServiceEntry, serviceEntry } from '../service-entry.ts';
import { parseActionArguments } from './action-arguments.ts';
import { type ActionOutcome, decodeActionId, encodeActionId } from './action-id.ts';
import type { ActionRegistry, RegisteredAction } from './action-registry.ts';

/**
 * An action runs to completion within the call that invokes it, and the id in the response contains the outcome, so that
 * no process needs to keep it. `inline_wait` is ignored: no action continues after its call. A cancelled call aborts the
 * action and gets no id. The application may have made the change by then, but the action is safe to retry.
 *
 * @param enabled - Whether changes are permitted (`--provisioning`). Schemas and outcomes are available without it.
 */
export function createActionService(registry: ActionRegistry, enabled: boolean): ServiceEntry {
  return serviceEntry(ActionService, {
    listActionSchemas: ({ resourceTypeId }) => ({ schemas: [...registry.list(resourceTypeId)] }),
    // Only for actions without a resource type, as in the Go SDK (pkg/actions of baton-sdk v0.25.0).
    getActionSchema: ({ name }) => ({ schema: registry.get(name, '').schema }),
    invokeAction: async ({ name, args = {}, resourceTypeId }, call) => {
      const found = registry.get(name, resourceTypeId);
      if (!enabled) throw provisioningDisabled();
      const outcome = await run(found, parseActionArguments(found.action, found.schema, args), call);
      return { id: encodeActionId(outcome), ...toStatus(outcome) };
    },
    getActionStatus: ({ id }) => {
      const outcome = decodeActionId(id);
      if (!outcome || !registry.all.some(({ schema }) => schema.name === outcome.name)) {
        throw new ServiceError(Code.NotFound, `action id ${JSON.stringify(abbreviate(id))} not found`, {
          reason: 'action_id_not_found',
        });
      }
      return { id, ...toStatus(outcome) };
    },
  });
}

function toStatus({ name, isDone, response }: ActionOutcome) {
  return { name, status: isDone ? BatonActionStatus.COMPLETE : BatonActionStatus.FAILED, response };
}

/** The keys `success` and `error` are those of Go connectors. */
async function run({ action, schema }: RegisteredAction, args: unknown, call: HandlerContext): Promise<ActionOutcome> {
  const { name } = schema;
  const context = toConnectorContext(call, '');
  try {
    const values = await action.run(args, context);
    return { name, isDone: true, response: { success: true, ...values } };
  } catch (error) {
    if (call.signal.aborted) throw error;
    const isMeantForCallers = error instanceof ConnectError;
    context.logger[isMeantForCallers ? 'info' : 'error']({ action: name, error }, 'the action failed');
    const text = isMeantForCallers ? error.rawMessage : internalErrorText;
    return { name, isDone: false, response: { success: false, error: text } };
  }
}

function abbreviate(id: string): string {
  return id.length > 60 ? `${id.slice(0, 60)}…` : id;
}
