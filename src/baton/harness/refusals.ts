// Sends requests that a connector must reject, and checks whether it does.
import type { DescMessage, DescMethodUnary, MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { codeName } from '../author/code.ts';
import { describeFailure, describeRequest } from './describe-call.ts';
import type { Findings } from './findings.ts';
import type { ListCall, PageQuery } from './listing.ts';
import type { Session } from './session.ts';
import type { Target } from './target.ts';

/** The name of nonexistent items. */
export const nonexistentName = 'baton-harness-no-such-thing';

/** A request that must be rejected. */
export interface Refusable {
  /** A short description of the request. */
  readonly request: string;
  send(target: Target): Promise<unknown>;
}

export function refusable<Input extends DescMessage, Output extends DescMessage>(
  method: DescMethodUnary<Input, Output>,
  request: MessageInitShape<Input>,
): Refusable {
  return { request: describeRequest(method, request), send: (target) => target.call(method, request) };
}

/** A page of a listing that must be rejected. */
export function refusablePage(listing: ListCall, { syncId }: Session, page: Partial<PageQuery>): Refusable {
  const query = { pageSize: 0, pageToken: '', activeSyncId: syncId, ...page };
  return { request: listing.describe(page), send: (target) => listing.read(target, query) };
}

/** The error of a rejected request; undefined if it succeeded. */
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

/** Sends requests that must be rejected with one of the codes, and adds a finding for each that is not. */
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
      findings.add(`${refused.request} succeeded; it must fail with ${wanted}`);
    } else if (!codes.includes(error.code)) {
      findings.add(`${refused.request} failed with ${describeFailure(error)}; expected ${wanted}`);
    }
  }
}

/** The codes of methods that are missing or switched off (internal/connector of baton-sdk v0.25.0). */
export const unsupportedCodes = [Code.Unimplemented, Code.FailedPrecondition] as const;
