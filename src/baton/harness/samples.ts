// Listings to experiment with: parts of what the walk found, read again with several page sizes.
import { IdSet } from './id-set.ts';
import type { CallPage, ListCall } from './listing.ts';
import { enqueuedTokens, ListingError, readPages } from './pages.ts';
import { oncePerSession, type Session } from './session.ts';

/** The page sizes to try; the last one is the largest that the protocol allows. */
export const triedPageSizes = [1, 7, 50, 250] as const;

/** The maximum number of calls per page size and listing. */
const callsMax = 40;

/** A listing with several pages, and where its second page begins. */
export interface PagedSample {
  readonly listing: ListCall;
  readonly pageSize: number;
  readonly pageToken: string;
}

/** For each kind of listing of each type, one with page tokens, at a page size of 1 if necessary. */
export const pagedSamples = oncePerSession(async (session: Session): Promise<readonly PagedSample[]> => {
  const samples: PagedSample[] = [];
  for (const listing of session.walked.samples) {
    const sample = (await findToken(session, listing, 0)) ?? (await findToken(session, listing, 1));
    if (sample) {
      samples.push(sample);
    }
  }
  return samples;
});

async function findToken(session: Session, listing: ListCall, pageSize: number): Promise<PagedSample | undefined> {
  const { target, syncId: activeSyncId } = session;
  const { nextPageToken, annotations } = await listing.read(target, { pageSize, pageToken: '', activeSyncId });
  const pageToken = nextPageToken || enqueuedTokens(annotations)[0];
  return pageToken ? { listing, pageSize, pageToken } : undefined;
}

/** The ids on the page of a sample. */
export async function readSampledPage(
  { listing, pageSize, pageToken }: PagedSample,
  { syncId: activeSyncId }: Session,
  target: Session['target'],
): Promise<readonly string[]> {
  return idsOf(listing, await listing.read(target, { pageSize, pageToken, activeSyncId }));
}

/** A listing read with one page size. */
export interface SizedReading {
  readonly pageSize: number;
  /** Responses with more items than requested: the request and the number of items. */
  readonly tooLarge: readonly string[];
  readonly ids: IdSet;
  /** Whether it was read to its end. */
  readonly isComplete: boolean;
  /** Why not, unless it was the limit on calls. */
  readonly failure: string | undefined;
}

/** A listing read with each of {@link triedPageSizes}. */
export interface SizedSample {
  readonly listing: ListCall;
  /** With the connector's default page size. */
  readonly whole: SizedReading;
  readonly readings: readonly SizedReading[];
}

export const sizedSamples = oncePerSession(async (session: Session): Promise<readonly SizedSample[]> => {
  const samples: SizedSample[] = [];
  // Without resource types: no runtime pages them, since they are few.
  for (const listing of session.walked.samples.filter(({ kind }) => kind !== 'resource types')) {
    const whole = await readSized(session, listing, 0);
    if (whole.failure === undefined) {
      const readings: SizedReading[] = [];
      for (const pageSize of triedPageSizes) {
        readings.push(await readSized(session, listing, pageSize));
      }
      samples.push({ listing, whole, readings });
    }
  }
  return samples;
});

async function readSized(session: Session, listing: ListCall, pageSize: number): Promise<SizedReading> {
  const { target, delays, syncId: activeSyncId } = session;
  const ids = new IdSet();
  const tooLarge: string[] = [];
  let calls = 0;
  try {
    for await (const page of readPages(target, listing, { pageSize, activeSyncId, delays })) {
      idsOf(listing, page).forEach((id) => void ids.add(id));
      if (pageSize > 0 && page.list.length > pageSize) {
        tooLarge.push(`${listing.describe({ pageSize })} returned ${page.list.length} items`);
      }
      if (++calls === callsMax) {
        return { pageSize, tooLarge, ids, isComplete: false, failure: undefined };
      }
    }
    return { pageSize, tooLarge, ids, isComplete: true, failure: undefined };
  } catch (error) {
    if (error instanceof ListingError) {
      return { pageSize, tooLarge, ids, isComplete: false, failure: error.message };
    }
    throw error;
  }
}

function idsOf(listing: ListCall, { list }: CallPage): readonly string[] {
  return list.map((item) => listing.idOf(item) ?? '');
}
