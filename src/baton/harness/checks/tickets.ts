// Checks of tickets. None is ever created.
import { Code, ConnectError } from '@connectrpc/connect';
import { Capability } from '#gen/c1/connector/v2/connector_pb.js';
import { TicketsService } from '#gen/c1/connector/v2/ticket_pb.js';
import { type CallCheck, failed, notApplicable, passed } from '../check.ts';
import { describeFailure } from '../describe-call.ts';
import { Findings } from '../findings.ts';
import { expectRefusals, refusable, unsupportedCodes } from '../refusals.ts';
import { capabilitiesOf, names, noCapabilities } from './capabilities.ts';

/** What a Go connector answers that was started without `--ticketing`: a plain error. */
function isSwitchedOff({ code, rawMessage }: ConnectError): boolean {
  return code === Code.FailedPrecondition || (code === Code.Unknown && /ticketing is not enabled/.test(rawMessage));
}

const ticketingAgrees: CallCheck = {
  id: 'ticketing-agrees',
  title:
    'ListTicketSchemas answers if CAPABILITY_TICKETING is named, and UNIMPLEMENTED if it is not, or it is switched off',
  judge: async (session) => {
    const capabilities = capabilitiesOf(session);
    if (!capabilities) {
      return notApplicable(noCapabilities);
    }
    const isNamed = names(capabilities, Capability.TICKETING);
    const named = `GetMetadata ${isNamed ? 'names' : 'does not name'} CAPABILITY_TICKETING`;
    try {
      const { list } = await session.target.call(TicketsService.method.listTicketSchemas, {});
      return isNamed ? passed(`${list.length} schemas`) : failed(`ListTicketSchemas was answered, and ${named}`);
    } catch (error) {
      if (!(error instanceof ConnectError)) {
        throw error;
      }
      if (isSwitchedOff(error)) {
        return passed('switched off');
      }
      return !isNamed && error.code === Code.Unimplemented
        ? passed('there are none')
        : failed(`ListTicketSchemas answered ${describeFailure(error)}, and ${named}`);
    }
  },
};

const ticketRequestsRefused: CallCheck = {
  id: 'ticket-requests-refused',
  title: 'Requests for no tickets at all, and for too many schemas, are refused',
  judge: async (session) => {
    const { bulkCreateTickets, bulkGetTickets, listTicketSchemas } = TicketsService.method;
    const requests = [
      refusable(bulkCreateTickets, {}),
      refusable(bulkGetTickets, {}),
      refusable(listTicketSchemas, { pageSize: 251 }),
    ];
    const findings = new Findings();
    // UNKNOWN is how a Go connector says that tickets are switched off.
    const codes = [Code.InvalidArgument, ...unsupportedCodes, Code.Unknown];
    await expectRefusals(requests, codes, session, findings);
    return findings.result();
  },
};

export const ticketChecks = [ticketingAgrees, ticketRequestsRefused];
