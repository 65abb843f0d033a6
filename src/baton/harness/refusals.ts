// Requests that a connector must refuse, and whether it does.
import type { DescMessage, DescMethodUnary, MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { codeName, describeFailure, describeRequest } from './describe-call.ts';
import type { Findings } from './findings.ts';
import type { Listing, PageQuery } from './listing.ts';
import type { Session } from './session.ts';
import type { Target } from './target.ts';

/** Names of things that no application has. */
export const madeUpName = 'baton-harness-no-such-thing';

/** A request that is made only to be refused. */
export interface Refusable {
  /** The request in short. */
  readonly request: string;
  send(target: Target): Promise<unknown>;
}

export function refusable<Input extends DescMessage, Output extends DescMessage>(
  method: DescMethodUnary<Input, Output>,
  request: MessageInitShape<Input>,
): Refusable {
  return { request: describeRequest(method, request), send: (target) => target.call(method, request) };
}

/** A page of a listing that must not be answered. */
export function refusablePage(listing: Listing, { syncId }: Session, page: Partial<PageQuery>): Refusable {
  const query = { pageSize: 0, pageToken: '', activeSyncId: syncId, ...page };
  return { request: listing.describe(page), send: (target) => listing.read(target, query) };
}

/** The error that a request is refused with; nothing if it was answered. */
export async function refusalOf(refused: Refusable, { target }: Session): Promise<ConnectError | undefined> {
  try {
    await refused.send(target);
    return undefined;
  } catch (error) {
    if (error instanceof ConnectError) {
      return error;
    }
    throw error;
  }
}

/** Sends requests that must be refused with one of the codes, and adds those that are not to the findings. */
export async function expectRefusals(
  requests: readonly Refusable[],
  codes: readonly Code[],
  session: Session,
  findings: Findings,
): Promise<void> {
  for (const refused of requests) {
    const error = await refusalOf(refused, session);
    const wanted = codes.map(codeName).join(' or ');
    if (!error) {
      findings.add(`${refused.request} was answered; it must be refused with ${wanted}`);
    } else if (!codes.includes(error.code)) {
      findings.add(`${refused.request} was refused with ${describeFailure(error)}; it must be ${wanted}`);
    }
  }
}

/** What a method answers that the connector does not have, or has switched off (internal/connector of baton-sdk v0.25.0). */
export const unsupportedCodes = [Code.Unimplemented, Code.FailedPrecondition] as const;
