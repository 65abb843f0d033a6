// The client id that ConductorOne issues: who we are, and where ConductorOne is.
import { Code, ServiceError } from '../../author/service-error.ts';

/** A client id in its parts: `happy-dog-12345@acme.conductor.one/cli`. */
export interface ClientId {
  /** The complete id, as it is sent. */
  readonly text: string;
  /** The part before the `@`. */
  readonly name: string;
  /** The host of ConductorOne, with a port if the id has one. */
  readonly host: string;
}

const form = 'expected an id such as happy-dog-12345@acme.conductor.one/client';

/**
 * Takes a client id apart (parseClientID in pkg/ugrpc of baton-sdk v0.25.0).
 * @throws ServiceError INVALID_ARGUMENT that says which part is missing.
 */
export function parseClientId(input: string): ClientId {
  const text = input.trim();
  const at = text.indexOf('@');
  if (at < 0) throw invalid('has no @');
  const slash = text.indexOf('/', at);
  if (slash < 0) throw invalid('has no / after the host');
  const name = text.slice(0, at);
  const host = text.slice(at + 1, slash);
  if (name === '') throw invalid('has no name before the @');
  if (host === '') throw invalid('has no host between @ and /');
  if (!/^[^\s@?#\\]+$/.test(host) || URL.canParse(`https://${host}`) === false) {
    throw invalid(`contains an invalid host: ${JSON.stringify(host)}`);
  }
  return { text, name, host };
}

function invalid(fault: string): ServiceError {
  return new ServiceError(Code.InvalidArgument, `--client-id ${fault}; ${form}`, { reason: 'invalid_client_id' });
}
