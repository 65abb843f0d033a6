// Checks of tickets. None is ever created.
import { Code, ConnectError } from '@connectrpc/connect';
import { Capability } from '#gen/c1/connector/v2/connector_pb.js';
import { TicketsService } from '#gen/c1/connector/v2/ticket_pb.js';
import { type CallCheck, failed, notApplicable, passed } from '../check.ts';
import { describeFailure } from '../describe-call.ts';
import { Findings } from '../findings.ts';
import { expectRefusals, refusable, unsupportedCodes } from '../refusals.ts';
import { capabilitiesOf, names, noCapabilities } from './capabilities.ts';

/** The response of a Go connector that was started without `--ticketing`: a plain error. */
function isSwitchedOff({ code, rawMessage }: ConnectError): boolean {
  return code === Code.FailedPrecondition || (code === Code.Unknown && /ticketing is not enabled/.test(rawMessage));
}

const ticketingAgrees: CallCheck = {
  id: 'ticketing-agrees',
  title:
    'ListTicketSchemas succeeds if CAPABILITY_TICKETING is declared, and returns UNIMPLEMENTED if not, unless switched off',
  judge: async (session) => {
    const capabilities = capabilitiesOf(session);
    if (!capabilities) {
      return notApplicable(noCapabilities);
    }
    const isNamed = names(capabilities, Capability.TICKETING);
    const named = `GetMetadata ${isNamed ? 'declares' : 'does not declare'} CAPABILITY_TICKETING`;
    try {
      const { list } = await session.target.call(TicketsService.method.listTicketSchemas, {});
      return isNamed ? passed(`${list.length} schemas`) : failed(`ListTicketSchemas succeeded, but ${named}`);
    } catch (error) {
      if (!(error instanceof ConnectError)) {
        throw error;
      }
      if (isSwitchedOff(error)) {
        return passed('switched off');
      }
      return !isNamed && error.code === Code.Unimplemented
        ? passed('none')
        : failed(`ListTicketSchemas failed with ${describeFailure(error)}, but ${named}`);
    }
  },
};

const ticketRequestsRefused: CallCheck = {
  id: 'ticket-requests-refused',
  title: 'Requests without tickets, and requests with too many schemas, are rejected',
  judge: async (session) => {
    const { bulkCreateTickets, bulkGetTickets, listTicketSchemas } = TicketsService.method;
    const requests = [
      refusable(bulkCreateTickets, {}),
      refusable(bulkGetTickets, {}),
      refusable(listTicketSchemas, { pageSize: 251 }),
    ];
    const findings = new Findings();
    // A Go connector returns UNKNOWN when tickets are switched off.
    const codes = [Code.InvalidArgument, ...unsupportedCodes, Code.Unknown];
    await expectRefusals(requests, codes, session, findings);
    return findings.result();
  },
};

export const ticketChecks = [ticketingAgrees, ticketRequestsRefused];
