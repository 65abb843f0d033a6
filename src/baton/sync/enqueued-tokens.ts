// The page tokens in a response, checked by the rules of the protocol.
import { type Any, anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import { EnqueuePageTokensSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';

/** The limits on EnqueuePageTokens (pkg/sync/type_scoped.go of baton-sdk v0.25.0). */
const tokensMax = 1024;
const tokenMaxBytes = 1024 ** 2;
const tokensMaxBytes = 16 * 1024 ** 2;

interface PageTokens {
  readonly nextPageToken: string;
  readonly annotations: readonly Any[];
}

/**
 * The further pages that a response enqueues with EnqueuePageTokens.
 * @throws ServiceError INTERNAL if that breaks a rule: a part of the listing would be lost, or it would never end.
 */
export function enqueuedTokens({ nextPageToken, annotations }: PageTokens): readonly string[] {
  const enqueuing = annotations.filter((any) => anyIs(any, EnqueuePageTokensSchema));
  if (enqueuing.length > 1) throw refuse('more than one EnqueuePageTokens');
  const tokens = enqueuing.flatMap(unpack);
  if (tokens.length > tokensMax) throw refuse(`${tokens.length} page tokens, of at most ${tokensMax}`);
  let bytes = 0;
  for (const token of tokens) {
    const tokenBytes = Buffer.byteLength(token);
    bytes += tokenBytes;
    if (token === '') throw refuse('an empty page token');
    if (tokenBytes > tokenMaxBytes) throw refuse(`a page token of ${tokenBytes} bytes, of at most ${tokenMaxBytes}`);
  }
  if (bytes > tokensMaxBytes) throw refuse(`page tokens of ${bytes} bytes together, of at most ${tokensMaxBytes}`);
  if (new Set([...tokens, nextPageToken]).size <= tokens.length) throw refuse('the same page token twice');
  return tokens;
}

function unpack(any: Any): readonly string[] {
  try {
    return anyUnpack(any, EnqueuePageTokensSchema)?.pageTokens ?? [];
  } catch {
    throw refuse('a malformed EnqueuePageTokens');
  }
}

function refuse(what: string): ServiceError {
  return new ServiceError(
    Code.Internal,
    `the connector's response contains ${what}: pages would be lost - likely a connector bug`,
    { reason: 'invalid_enqueued_tokens' },
  );
}
