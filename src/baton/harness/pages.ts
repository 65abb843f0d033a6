// Reads a listing page by page to its end, as a sync does, and detects a missing end.
import type { Any } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import { EnqueuePageTokensSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { isTransient } from '../author/service-error.ts';
import { rateLimitDelayMs } from '../messages/rate-limit-delay.ts';
import { pause } from '../net/abort.ts';
import { linear, noJitter, retry } from '../net/retry.ts';
import { receiveMaxBytes } from './connection.ts';
import { describeFailure, quote } from './describe-call.ts';
import { IdSet } from './id-set.ts';
import type { CallPage, ListCall, PageQuery } from './listing.ts';
import type { Target } from './target.ts';
import { unpack } from './unpack.ts';

/** Why a listing could not be read to its end. */
export const listingFaults = ['refused', 'gone', 'too large', 'token too long', 'token repeated', 'endless'] as const;
export type ListingFault = (typeof listingFaults)[number];

export class ListingError extends Error {
  readonly fault: ListingFault;

  constructor(fault: ListingFault, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ListingError';
    this.fault = fault;
  }
}

/** Delays between calls. Only tests shorten them. */
export interface CallDelays {
  /** Before the first retry of an UNAVAILABLE or DEADLINE_EXCEEDED call; doubled for the second. */
  readonly retryDelayMs: number;
  /** Before the next page after several empty ones: the connector is waiting for something. */
  readonly emptyPageDelayMs: number;
}

export const defaultDelays: CallDelays = { retryDelayMs: 1000, emptyPageDelayMs: 250 };

/** A longer token cannot be sent back: this is the limit of `page_token` in requests. */
export const pageTokenMaxBytes = 1024 * 1024;

const attemptsMax = 3;
/** The longest wait for a rate limit, as in a Go syncer (pkg/retry of baton-sdk v0.25.0). */
const rateLimitWaitMaxMs = 60_000;
const emptyPagesMax = 3;

export interface PagesOptions {
  readonly pageSize: number;
  readonly activeSyncId: string;
  readonly delays: CallDelays;
}

/**
 * The pages of a listing. Pages that a response enqueues (EnqueuePageTokens) follow those reached by next page token. If one
 * fails with NOT_FOUND, the others are read all the same, as by a sync.
 * @throws ListingError; the reason of the target's signal if that aborts.
 */
export async function* readPages<Item>(
  target: Target,
  listing: ListCall<Item>,
  { delays, ...options }: PagesOptions,
): AsyncGenerator<CallPage<Item>> {
  const tokens = [''];
  const seen = new IdSet();
  let emptyPages = 0;
  let gone: ListingError | undefined;
  for (let pageToken = tokens.pop(); pageToken !== undefined; pageToken = tokens.pop()) {
    const page = await readPage(target, listing, { ...options, pageToken }, delays).catch((error: unknown) => {
      if (!(error instanceof ListingError && error.fault === 'gone')) throw error;
      gone ??= error;
    });
    if (!page) continue;
    yield page;
    emptyPages = page.list.length === 0 ? emptyPages + 1 : 0;
    if (emptyPages >= emptyPagesMax && page.nextPageToken !== '') {
      await pause(delays.emptyPageDelayMs, target.signal);
    }
    tokens.push(...enqueuedTokens(page.annotations).filter((token) => seen.add(token)));
    if (page.nextPageToken !== '') {
      checkToken(page.nextPageToken, pageToken, seen, listing.describe({ ...options, pageToken }));
      tokens.push(page.nextPageToken);
    }
  }
  if (gone) throw gone;
}

/** @param seen - The tokens of the listing so far, to which the new one is added. */
function checkToken(next: string, asked: string, seen: IdSet, request: string): void {
  const bytes = Buffer.byteLength(next);
  if (bytes > pageTokenMaxBytes) {
    throw new ListingError('token too long', `${request} returned a next_page_token of ${bytes} bytes`);
  }
  if (!seen.add(next)) {
    const before = next === asked ? 'is the requested one' : 'an earlier response returned';
    throw new ListingError(
      'token repeated',
      `${request} returned next_page_token ${quote(next)}, which ${before}: the listing would never end`,
    );
  }
}

/** The further page tokens in a response. */
export function enqueuedTokens(annotations: readonly Any[]): string[] {
  return annotations.flatMap((any) => unpack(any, EnqueuePageTokensSchema)?.pageTokens ?? []);
}

async function readPage<Item>(
  target: Target,
  listing: ListCall<Item>,
  query: PageQuery,
  delays: CallDelays,
): Promise<CallPage<Item>> {
  try {
    return await retry(() => listing.read(target, query), {
      policy: {
        attemptsMax,
        delayMinMs: delays.retryDelayMs,
        delayMaxMs: rateLimitWaitMaxMs,
        growth: linear,
        jitter: noJitter,
      },
      signal: target.signal,
      waits: target.waits,
      describeWait: ({ error }) => `${listing.name} failed with ${describeFailure(error)}`,
      delayAfter: (error, backoffMs) =>
        isTransient(error) ? Math.min(rateLimitDelayMs(error, Date.now()) ?? backoffMs, rateLimitWaitMaxMs) : undefined,
    });
  } catch (error) {
    target.signal.throwIfAborted();
    throw toListingError(error, listing, query);
  }
}

function toListingError(error: unknown, listing: ListCall, query: PageQuery): ListingError {
  const request = listing.describe(query);
  if (error instanceof ConnectError && error.code === Code.ResourceExhausted && /larger than/.test(error.rawMessage)) {
    const text = `the response to ${request} is larger than the ${receiveMaxBytes} bytes that a Go client accepts (${error.rawMessage})`;
    return new ListingError('too large', text, error);
  }
  const fault = error instanceof ConnectError && error.code === Code.NotFound ? 'gone' : 'refused';
  return new ListingError(fault, `${request} failed with ${describeFailure(error)}`, error);
}
