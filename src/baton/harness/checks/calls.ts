// Checks of calls as such: cancellation, deadlines, and unknown services.
import { setTimeout as sleep } from 'node:timers/promises';
import { Code, ConnectError } from '@connectrpc/connect';
import { SchemaService } from '#gen/c1/connector/v2/config_pb.js';
import { codeName } from '../../author/code.ts';
import { type CallCheck, failed, passed } from '../check.ts';
import { describeFailure } from '../describe-call.ts';
import { Findings } from '../findings.ts';
import { resourceTypesListing } from '../listing.ts';
import { expectRefusals, refusable } from '../refusals.ts';
import type { Session } from '../session.ts';

const deadlineMs = 1;

const deadlineHonoured: CallCheck = {
  id: 'deadline-honoured',
  title: `A call with a deadline of ${deadlineMs} ms ends in time, with DEADLINE_EXCEEDED unless it has completed`,
  judge: async (session) => {
    const listing = pickListing(session);
    const { target, endsWithinMs } = session;
    const limit = AbortSignal.timeout(deadlineMs + endsWithinMs);
    // Only the server knows the deadline: with a deadline on this side, the call would end whatever the server does.
    const caller = target.withOptions({
      cancel: limit,
      callTimeoutMs: undefined,
      headers: { 'grpc-timeout': `${deadlineMs}m` },
    });
    const request = `${listing.describe({})} with a deadline of ${deadlineMs} ms`;
    try {
      await listing.read(caller, { pageSize: 0, pageToken: '', activeSyncId: session.syncId });
      return passed('it completed in time');
    } catch (error) {
      if (limit.aborted) {
        return failed(`${request} had not ended ${endsWithinMs} ms later`);
      }
      // A Go server may reset the stream instead.
      if (error instanceof ConnectError && [Code.DeadlineExceeded, Code.Canceled].includes(error.code)) {
        return passed(codeName(error.code));
      }
      return failed(`${request} failed with ${describeFailure(error)}`);
    }
  },
};

/** Too early and the call has not been sent yet; too late and it has completed. One of these delays should be right. */
const cancelDelaysMs = [0, 1, 2, 4, 8, 16, 32];

const cancellationSurvived: CallCheck = {
  id: 'cancellation-survived',
  title: 'A cancelled call ends with CANCELLED, and the next call succeeds',
  judge: async (session) => {
    const listing = pickListing(session);
    const page = { pageSize: 0, pageToken: '', activeSyncId: session.syncId };
    let cancelled = 0;
    for (const delayMs of cancelDelaysMs) {
      const cancel = new AbortController();
      const call = listing.read(session.target.withOptions({ cancel: cancel.signal }), page);
      const ended = call.then(
        () => undefined,
        (error: unknown) => error,
      );
      await sleep(delayMs);
      cancel.abort();
      const error = await ended;
      if (error === undefined) {
        break;
      }
      if (!(error instanceof ConnectError && error.code === Code.Canceled)) {
        return failed(`${listing.describe({})}, when cancelled, failed with ${describeFailure(error)}`);
      }
      cancelled++;
    }
    try {
      await listing.read(session.target, page);
    } catch (error) {
      return failed(`after ${listing.describe({})} was cancelled, the next call failed with ${describeFailure(error)}`);
    }
    return passed(cancelled === 0 ? 'each call completed before it could be cancelled' : '');
  },
};

const unknownServiceUnimplemented: CallCheck = {
  id: 'unknown-service-unimplemented',
  title: 'A call to an unknown service returns UNIMPLEMENTED',
  judge: async (session) => {
    const findings = new Findings();
    const request = refusable(SchemaService.method.getSchema, {});
    await expectRefusals([request], [Code.Unimplemented], session, findings);
    return findings.result();
  },
};

/** The listing that probably takes the longest. */
function pickListing({ walked }: Session) {
  return walked.samples.findLast(({ kind }) => kind === 'grants' || kind === 'resources') ?? resourceTypesListing;
}

export const callChecks = [deadlineHonoured, cancellationSurvived, unknownServiceUnimplemented];
