// --invoke-action: does one of the connector's actions.
import { ActionService, BatonActionStatus } from '#gen/c1/connector/v2/action_pb.js';
import { Code, ServiceError } from '../../author/service-error.ts';
import { invokeAction, invokeActionArgs, invokeActionResourceType } from '../../config/fields/on-demand.ts';
import type { OnDemandJob } from './on-demand-job.ts';
import { parseJsonObject } from './parse-json-object.ts';

export const invokeActionJob: OnDemandJob = {
  askedBy: [invokeAction],
  async run({ settings, connect }) {
    const name = settings.get(invokeAction) ?? '';
    const args = parseJsonObject(invokeActionArgs, settings);
    const resourceTypeId = settings.get(invokeActionResourceType) ?? '';
    const { id, status, response = {} } = await connect(ActionService).invokeAction({ name, args, resourceTypeId });
    if (status !== BatonActionStatus.COMPLETE) {
      const why = typeof response.error === 'string' ? response.error : 'the connector does not say why';
      throw new ServiceError(Code.Unknown, `action ${name} failed: ${why}`, { reason: 'action_failed' });
    }
    const { success, ...values } = response;
    return {
      record: { outcome: 'done', action: name, action_id: id, response },
      lines: [
        `Did ${name}.`,
        ...Object.entries(values).map(
          ([key, value]) => `  ${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
        ),
      ],
    };
  },
};
