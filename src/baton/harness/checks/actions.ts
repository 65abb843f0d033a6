// Checks of actions. None is ever invoked, except one that does not exist.
import { Code, ConnectError } from '@connectrpc/connect';
import { ActionService, type BatonActionSchema } from '#gen/c1/connector/v2/action_pb.js';
import { Capability } from '#gen/c1/connector/v2/connector_pb.js';
import { type CallCheck, failed, notApplicable, passed } from '../check.ts';
import { describeFailure, describeRequest, quote } from '../describe-call.ts';
import { Findings } from '../findings.ts';
import { expectRefusals, nonexistentName, refusable } from '../refusals.ts';
import { oncePerSession } from '../session.ts';
import { capabilitiesOf, names, noCapabilities } from './capabilities.ts';

const noActions = 'the connector has no actions';

/** The actions of the connector and of its types; empty if the service is not implemented. */
const listActions = oncePerSession(async ({ target }): Promise<readonly BatonActionSchema[]> => {
  try {
    return (await target.call(ActionService.method.listActionSchemas, {})).schemas;
  } catch (error) {
    if (error instanceof ConnectError && error.code === Code.Unimplemented) {
      return [];
    }
    throw error;
  }
});

const actionsAgree: CallCheck = {
  id: 'actions-agree',
  title: 'ListActionSchemas returns actions if and only if CAPABILITY_ACTIONS is declared',
  judge: async (session) => {
    const capabilities = capabilitiesOf(session);
    if (!capabilities) {
      return notApplicable(noCapabilities);
    }
    const actions = await listActions(session);
    const isNamed = names(capabilities, Capability.ACTIONS);
    return isNamed === actions.length > 0
      ? passed(isNamed ? actions.map(({ name }) => name).join(', ') : 'none')
      : failed(
          `ListActionSchemas returned ${actions.length} actions, but GetMetadata ${isNamed ? 'declares' : 'does not declare'} CAPABILITY_ACTIONS`,
        );
  },
};

const actionSchemasValid: CallCheck = {
  id: 'action-schemas-valid',
  title: 'Actions have unique names, uniquely named arguments, and listed resource types',
  judge: async (session) => {
    const actions = await listActions(session);
    const findings = new Findings();
    const seen = new Set<string>();
    for (const { name, resourceTypeId, arguments: fields } of actions) {
      const key = `${resourceTypeId}\n${name}`;
      const fieldNames = fields.map((field) => field.name);
      const doubled = fieldNames.find((field, index) => field === '' || fieldNames.indexOf(field) !== index);
      const violation =
        (name === '' && 'no name') ||
        (seen.has(key) && 'a duplicate name') ||
        (doubled !== undefined && `the argument ${quote(doubled)}, which is empty or duplicate`) ||
        (resourceTypeId !== '' &&
          !session.walked.hasType(resourceTypeId) &&
          `the resource type ${quote(resourceTypeId)}, which ListResourceTypes does not return`);
      if (violation) {
        findings.add(`ListActionSchemas returned ${quote(name)} with ${violation}`);
      }
      seen.add(key);
    }
    return actions.length === 0 ? notApplicable(noActions) : findings.result();
  },
};

const actionSchemasFound: CallCheck = {
  id: 'action-schemas-found',
  title: 'GetActionSchema returns each connector-level action that ListActionSchemas returns',
  judge: async (session) => {
    const global = (await listActions(session)).filter(({ resourceTypeId }) => resourceTypeId === '');
    const findings = new Findings();
    for (const { name } of global) {
      const request = describeRequest(ActionService.method.getActionSchema, { name });
      try {
        const { schema } = await session.target.call(ActionService.method.getActionSchema, { name });
        if (schema?.name !== name) {
          findings.add(`${request} returned ${schema ? quote(schema.name) : 'no schema'}`);
        }
      } catch (error) {
        if (!(error instanceof ConnectError)) {
          throw error;
        }
        findings.add(`${request} failed with ${describeFailure(error)}`);
      }
    }
    return global.length === 0 ? notApplicable('the connector has no connector-level actions') : findings.result();
  },
};

const actionUnknown: CallCheck = {
  id: 'action-unknown',
  title: 'Nonexistent actions are NOT_FOUND, or UNIMPLEMENTED if there are no actions',
  judge: async (session) => {
    const actions = await listActions(session);
    const requests = [
      refusable(ActionService.method.getActionSchema, { name: nonexistentName }),
      refusable(ActionService.method.getActionStatus, { id: nonexistentName }),
      refusable(ActionService.method.invokeAction, { name: nonexistentName }),
    ];
    const findings = new Findings();
    const codes = actions.length > 0 ? [Code.NotFound] : [Code.NotFound, Code.Unimplemented];
    await expectRefusals(requests, codes, session, findings);
    return findings.result();
  },
};

export const actionChecks = [actionsAgree, actionSchemasValid, actionSchemasFound, actionUnknown];
