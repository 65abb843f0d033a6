// Checks of page tokens: that they hold all that is needed to go on, and that made-up ones are refused.
import { Code, ConnectError } from '@connectrpc/connect';
import { type CallCheck, notApplicable } from '../check.ts';
import { codeName, describeFailure, quote } from '../describe-call.ts';
import { Findings } from '../findings.ts';
import { refusablePage, refusalOf } from '../refusals.ts';
import { type PagedSample, pagedSamples, readSampledPage } from '../samples.ts';
import { oncePerSession, type Session } from '../session.ts';

const noTokens = 'no listing that was tried gives out a page token';

/** What two readings of the page of a sample differ in; nothing if they are alike. */
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
      : `${request} answered ${describeIds(first)} at first, and ${describeIds(second)} ${where}`;
  } catch (error) {
    if (!(error instanceof ConnectError)) {
      throw error;
    }
    return `${request} ${where} answered ${describeFailure(error)}`;
  }
}

/** The samples whose page is answered again as it was, and what is wrong with the others. */
const repeated = oncePerSession(async (session: Session) => {
  const findings = new Findings();
  const repeatable: PagedSample[] = [];
  for (const sample of await pagedSamples(session)) {
    const difference = await compareReadings(sample, session, session.target, 'when it was asked again');
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
  title: 'A page token that was used answers the same page again',
  judge: async (session) => {
    const { repeatable, findings } = await repeated(session);
    return repeatable.length + findings.count === 0 ? notApplicable(noTokens) : findings.result();
  },
};

const pageTokenPortable: CallCheck = {
  id: 'page-token-portable',
  title: 'A page token goes on over another connection, or in another process (--replica): nothing else is remembered',
  judge: async (session) => {
    const { repeatable, findings: others } = await repeated(session);
    if (repeatable.length === 0) {
      return notApplicable(others.count > 0 ? 'no page token answers the same page again' : noTokens);
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

/** Refused with these, a request is made again, or what it asks for is quietly left out (pkg/sync of baton-sdk v0.25.0). */
const misleadingCodes = [Code.Unavailable, Code.DeadlineExceeded, Code.NotFound];

const pageTokenGarbage: CallCheck = {
  id: 'page-token-garbage',
  title: 'A listing that gives out page tokens refuses one that it did not, best with INVALID_ARGUMENT',
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
        findings.add(`${refused.request} was answered`);
      } else if (misleadingCodes.includes(error.code)) {
        findings.add(
          `${refused.request} was refused with ${describeFailure(error)}, which a sync takes for something else`,
        );
      } else if (error.code !== Code.InvalidArgument) {
        otherCodes.add(error.code);
      }
    }
    return findings.result(otherCodes.size > 0 ? `refused with ${[...otherCodes].map(codeName).join(', ')}` : '');
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
