// ActionService: everything else that a connector can do.
import { create, type JsonObject } from '@bufbuild/protobuf';
import { type Any, anyPack } from '@bufbuild/protobuf/wkt';
import { ConnectError, type HandlerContext } from '@connectrpc/connect';
import { ActionService, type BatonActionSchema, BatonActionStatus } from '#gen/c1/connector/v2/action_pb.js';
import { StatusSchema } from '#gen/google/rpc/status_pb.js';
import { readResourceId } from '../../author/action.ts';
import { Code, ServiceError } from '../../author/service-error.ts';
import { internalErrorText } from '../../author/unexpected-error.ts';
import { loggerKey, toConnectorContext } from '../call-context.ts';
import type { Changes } from '../provisioning/changes.ts';
import { provisioningDisabled } from '../provisioning/provisioning-disabled.ts';
import { type ServiceEntry, serviceEntry } from '../service-entry.ts';
import { parseActionArguments } from './action-arguments.ts';
import { type ActionOutcome, decodeActionId, encodeActionId } from './action-id.ts';
import type { ActionRegistry } from './action-registry.ts';

/**
 * An action runs to completion within the call that invokes it, and the id in the response contains the outcome, so that
 * no process needs to keep it. `inline_wait` is ignored: no action continues after its call. A cancelled call aborts the
 * action and gets no id. The application may have made the change by then, but the action is safe to retry.
 *
 * The response to a failed action has its code as an annotation (`google.rpc.Status`): only temporary failures are worth
 * a repetition.
 *
 * @param enabled - Whether changes are permitted (`--provisioning`). Schemas and outcomes are available without it.
 */
export function createActionService(registry: ActionRegistry, changes: Changes, enabled: boolean): ServiceEntry {
  return serviceEntry(ActionService, {
    listActionSchemas: ({ resourceTypeId }) => ({ schemas: [...registry.list(resourceTypeId)] }),
    // Only for actions without a resource type, as in the Go SDK (pkg/actions of baton-sdk v0.25.0).
    getActionSchema: ({ name }) => ({ schema: registry.get(name, '').schema }),
    invokeAction: async ({ name, args = {}, resourceTypeId }, call) => {
      const found = registry.get(name, resourceTypeId);
      if (!enabled) throw provisioningDisabled();
      const parsed = parseActionArguments(found.action, found.schema, args);
      const context = toConnectorContext(call, '');
      const work = () => found.action.run(parsed, context);
      const running = changes.run(work, call, subjectOf(found.schema, args));
      const { outcome, annotations } = await settle(found.schema.name, running, call);
      return { id: encodeActionId(outcome), ...toStatus(outcome), annotations };
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

/** The resource that the arguments name, if the schema has an argument for one. */
function subjectOf(schema: BatonActionSchema, args: JsonObject) {
  for (const { name, field } of schema.arguments) {
    const id = field.case === 'resourceIdField' ? readResourceId(args[name]) : undefined;
    const [type = ''] = field.case === 'resourceIdField' ? (field.value.rules?.allowedResourceTypeIds ?? []) : [];
    if (id) return { resourceType: id.resourceType ?? type, resource: id.resource };
  }
  return undefined;
}

interface SettledAction {
  readonly outcome: ActionOutcome;
  readonly annotations: Any[];
}

/** The keys `success` and `error` are those of Go connectors. */
async function settle(name: string, running: Promise<JsonObject>, call: HandlerContext): Promise<SettledAction> {
  try {
    return { outcome: { name, isDone: true, response: { success: true, ...(await running) } }, annotations: [] };
  } catch (error) {
    if (call.signal.aborted) throw error;
    const isMeantForCallers = error instanceof ConnectError;
    call.values.get(loggerKey)[isMeantForCallers ? 'info' : 'error']({ action: name, error }, 'the action failed');
    const text = isMeantForCallers ? error.rawMessage : internalErrorText;
    const code = isMeantForCallers ? error.code : Code.Internal;
    return {
      outcome: { name, isDone: false, response: { success: false, error: text } },
      annotations: [anyPack(StatusSchema, create(StatusSchema, { code, message: text.toWellFormed() }))],
    };
  }
}

function abbreviate(id: string): string {
  return id.length > 60 ? `${id.slice(0, 60)}…` : id;
}
