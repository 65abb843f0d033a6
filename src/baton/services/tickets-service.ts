// TicketsService for a connector without tickets.
import { TicketsService } from '#gen/c1/connector/v2/ticket_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';
import { type ServiceEntry, serviceEntry } from './service-entry.ts';

/** @param enabled - Whether the program was started for ticketing (`--ticketing`). */
export function createTicketsService(enabled: boolean): ServiceEntry {
  const refuse = () => {
    // UNKNOWN, not FAILED_PRECONDITION: a Go connector returns a plain error here.
    throw enabled
      ? new ServiceError(Code.Unimplemented, 'ticket manager not implemented', { reason: 'unsupported' })
      : new ServiceError(Code.Unknown, 'ticketing is not enabled', { reason: 'ticketing_disabled' });
  };
  return serviceEntry(TicketsService, {
    createTicket: refuse,
    getTicket: refuse,
    listTicketSchemas: refuse,
    getTicketSchema: refuse,
    bulkCreateTickets: refuse,
    bulkGetTickets: refuse,
  });
}
