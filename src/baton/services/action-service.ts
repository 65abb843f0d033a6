// ActionService of a connector without actions.
import { ActionService } from '#gen/c1/connector/v2/action_pb.js';
import { Code, ServiceError } from '../service-error.ts';
import { type ServiceEntry, serviceEntry } from './service-entry.ts';

export function createActionService(): ServiceEntry {
  const notFound = (text: string): never => {
    throw new ServiceError(Code.NotFound, text, { reason: 'action_not_found' });
  };
  return serviceEntry(ActionService, {
    listActionSchemas: () => ({}),
    getActionSchema: ({ name }) => notFound(`action ${name} not found`),
    invokeAction: ({ name }) => notFound(`action ${name} not found`),
    getActionStatus: ({ id }) => notFound(`action id ${id} not found`),
  });
}
