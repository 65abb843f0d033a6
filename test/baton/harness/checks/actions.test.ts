import { ActionService } from '#gen/c1/connector/v2/action_pb.js';
import { Code, ServiceError } from '../../../../src/baton/author/service-error.ts';
import { testFault } from '../judge-connector.ts';
import { type Changes, changeService } from '../plant-fault.ts';
import { createFullServices } from '../sound-connector.ts';

const withActions = (changes: Changes<typeof ActionService>) => () =>
  changeService(createFullServices(), ActionService, () => changes);

testFault(
  'actions-agree: the capability without an action',
  { 'actions-agree': /returned 0 actions, but GetMetadata declares CAPABILITY_ACTIONS/ },
  withActions({ listActionSchemas: () => ({}) }),
);
testFault(
  'action-schemas-valid: an action twice',
  { 'action-schemas-valid': /ListActionSchemas returned "close" with a duplicate name/ },
  withActions({ listActionSchemas: () => ({ schemas: [{ name: 'close' }, { name: 'close' }] }) }),
);
testFault(
  'action-schemas-valid: an action without a name',
  { 'action-schemas-valid': /"" with no name/ },
  withActions({ listActionSchemas: () => ({ schemas: [{ name: '', resourceTypeId: 'book' }] }) }),
);
testFault(
  'action-schemas-valid: an argument twice',
  { 'action-schemas-valid': /"close" with the argument "until", which is empty or duplicate/ },
  withActions({
    listActionSchemas: () => ({ schemas: [{ name: 'close', arguments: [{ name: 'until' }, { name: 'until' }] }] }),
  }),
);
testFault(
  'action-schemas-valid: an action on a type that is not listed',
  { 'action-schemas-valid': /the resource type "ghost", which ListResourceTypes does not return/ },
  withActions({ listActionSchemas: () => ({ schemas: [{ name: 'close', resourceTypeId: 'ghost' }] }) }),
);

testFault(
  'action-schemas-found: an action that is listed and not found',
  { 'action-schemas-found': /GetActionSchema \{"name":"open"\} failed with NOT_FOUND/ },
  withActions({ listActionSchemas: () => ({ schemas: [{ name: 'open' }] }) }),
);
testFault(
  'action-schemas-found: another action than was asked for',
  { 'action-schemas-found': /GetActionSchema \{"name":"close"\} returned "open"/ },
  withActions({
    getActionSchema: ({ name }) => {
      if (name === 'close') {
        return { schema: { name: 'open' } };
      }
      throw new ServiceError(Code.NotFound, 'no such action', { reason: 'action_not_found' });
    },
  }),
);

testFault(
  'action-unknown: an action that does not exist is done',
  { 'action-unknown': /InvokeAction \{"name":"baton-harness-no-such-thing"\} succeeded/ },
  withActions({ invokeAction: () => ({}) }),
);
testFault(
  'action-unknown: where there are actions, an unknown one is NOT_FOUND',
  { 'action-unknown': /GetActionStatus .* failed with UNIMPLEMENTED/ },
  withActions({
    getActionStatus: () => {
      throw new ServiceError(Code.Unimplemented, 'planted', { reason: 'planted' });
    },
  }),
);
