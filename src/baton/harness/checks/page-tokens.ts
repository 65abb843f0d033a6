// Checks of page tokens: that they contain all the state needed to continue, and that unknown ones are rejected.
import { Code, ConnectError } from '@connectrpc/connect';
import { codeName } from '../../author/code.ts';
import { type CallCheck, notApplicable } from '../check.ts';
import { describeFailure, quote } from '../describe-call.ts';
import { Findings } from '../findings.ts';
import { refusablePage, refusalOf } from '../refusals.ts';
import { type PagedSample, pagedSamples, readSampledPage } from '../samples.ts';
import { oncePerSession, type Session } from '../session.ts';

const noTokens = 'none of the sampled listings returns a page token';

/** How two readings of a sample's page differ; undefined if they are the same. */
async function compareReadings(
  sample: PagedSample,
  session: Session,
  secondTarget: Session['target'],
  where: string,
): Promise<string | undefined> {
  const request = describeSample(sample);
  try {
    const first = await readSampledPage(sample, session, session.target);
    const second = await readSampledPage(sample, session, secondTarget);
    return first.join('\n') === second.join('\n')
      ? undefined
      : `${request} returned ${describeIds(first)} at first, but ${describeIds(second)} ${where}`;
  } catch (error) {
    if (!(error instanceof ConnectError)) {
      throw error;
    }
    return `${request} ${where} failed with ${describeFailure(error)}`;
  }
}

/** The samples whose page was the same again, and findings about the others. */
const repeated = oncePerSession(async (session: Session) => {
  const findings = new Findings();
  const repeatable: PagedSample[] = [];
  for (const sample of await pagedSamples(session)) {
    const difference = await compareReadings(sample, session, session.target, 'when requested again');
    if (difference === undefined) {
      repeatable.push(sample);
    } else {
      findings.add(difference);
    }
  }
  return { repeatable, findings };
});

const pageTokenRepeatable: CallCheck = {
  id: 'page-token-repeatable',
  title: 'A used page token returns the same page again',
  judge: async (session) => {
    const { repeatable, findings } = await repeated(session);
    return repeatable.length + findings.count === 0 ? notApplicable(noTokens) : findings.result();
  },
};

const pageTokenPortable: CallCheck = {
  id: 'page-token-portable',
  title: 'A page token works on another connection, or in another process (--replica): the server needs no other state',
  judge: async (session) => {
    const { repeatable, findings: others } = await repeated(session);
    if (repeatable.length === 0) {
      return notApplicable(others.count > 0 ? 'no page token returns the same page again' : noTokens);
    }
    const another = session.openAnother();
    const findings = new Findings();
    for (const sample of repeatable) {
      const where = `over another connection (${another.connection.address})`;
      const difference = await compareReadings(sample, session, another, where);
      if (difference !== undefined) {
        findings.add(difference);
      }
    }
    return findings.result();
  },
};

/** On these codes, a sync retries the request or silently skips what it asked for (pkg/sync of baton-sdk v0.25.0). */
const misleadingCodes = [Code.Unavailable, Code.DeadlineExceeded, Code.NotFound];

const pageTokenGarbage: CallCheck = {
  id: 'page-token-garbage',
  title: 'A listing with page tokens rejects an unknown one, preferably with INVALID_ARGUMENT',
  judge: async (session) => {
    const samples = await pagedSamples(session);
    if (samples.length === 0) {
      return notApplicable(noTokens);
    }
    const findings = new Findings();
    const otherCodes = new Set<Code>();
    for (const { listing, pageSize } of samples) {
      const refused = refusablePage(listing, session, { pageSize, pageToken: 'not a page token of this connector' });
      const error = await refusalOf(refused, session);
      if (!error) {
        findings.add(`${refused.request} succeeded`);
      } else if (misleadingCodes.includes(error.code)) {
        findings.add(`${refused.request} failed with ${describeFailure(error)}, which means something else to a sync`);
      } else if (error.code !== Code.InvalidArgument) {
        otherCodes.add(error.code);
      }
    }
    return findings.result(otherCodes.size > 0 ? `rejected with ${[...otherCodes].map(codeName).join(', ')}` : '');
  },
};

function describeSample({ listing, pageSize, pageToken }: PagedSample): string {
  return listing.describe({ pageSize, pageToken });
}

function describeIds(ids: readonly string[]): string {
  const shown = ids.slice(0, 2).map((id) => quote(id.replace('\n', ' ')));
  return ids.length === 0 ? 'nothing' : `${ids.length} items (${shown.join(', ')}${ids.length > 2 ? ', …' : ''})`;
}

export const pageTokenChecks = [pageTokenRepeatable, pageTokenPortable, pageTokenGarbage];
