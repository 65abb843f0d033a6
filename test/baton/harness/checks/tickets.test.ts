import { Code } from '@connectrpc/connect';
import { Capability } from '#gen/c1/connector/v2/connector_pb.js';
import { TicketsService } from '#gen/c1/connector/v2/ticket_pb.js';
import { ServiceError } from '../../../../src/baton/author/service-error.ts';
import { testFault } from '../judge-connector.ts';
import { type Changes, changeService } from '../plant-fault.ts';
import { changeCapabilities, createFullServices } from '../sound-connector.ts';

const withTickets = (changes: Changes<typeof TicketsService>) => () =>
  changeService(createFullServices(), TicketsService, () => changes);
const refuse =
  (code: Code, text = 'planted') =>
  () => {
    throw new ServiceError(code, text, { reason: 'planted' });
  };

testFault(
  'ticketing-agrees: the capability without tickets',
  {
    'ticketing-agrees':
      /ListTicketSchemas failed with UNIMPLEMENTED: planted, but GetMetadata declares CAPABILITY_TICKETING/,
  },
  () =>
    changeService(createFullServices(), TicketsService, ({ listTicketSchemas }) => ({
      listTicketSchemas: (request, context) =>
        request.pageSize > 0 ? listTicketSchemas(request, context) : refuse(Code.Unimplemented)(),
    })),
);
testFault(
  'ticketing-agrees: tickets without the capability',
  { 'ticketing-agrees': /ListTicketSchemas succeeded, but GetMetadata does not declare/ },
  () =>
    changeCapabilities(createFullServices(), (capabilities) => {
      capabilities.connectorCapabilities = capabilities.connectorCapabilities.filter(
        (capability) => capability !== Capability.TICKETING,
      );
    }),
);
for (const [code, text] of [
  [Code.Unknown, 'ticketing is not enabled'],
  [Code.FailedPrecondition, 'switched off'],
] as const) {
  testFault(`ticketing-agrees: ${Code[code]} says that tickets are switched off`, {}, () =>
    withTickets({
      listTicketSchemas: refuse(code, text),
      bulkCreateTickets: refuse(code, text),
      bulkGetTickets: refuse(code, text),
    })(),
  );
}

testFault(
  'ticket-requests-refused: no tickets are created',
  { 'ticket-requests-refused': /BulkCreateTickets \{\} succeeded/ },
  withTickets({ bulkCreateTickets: () => ({}) }),
);
