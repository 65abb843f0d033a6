// Skips resources that were deleted since they were listed, with a warning, up to a limit.
import { ConnectError } from '@connectrpc/connect';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';
import type { SyncContext } from './sync-context.ts';

/** Skipping more than both limits means that the source is at fault, not single resources. */
const skippedMax = 10;
const skippedShareMax = 0.1;

/** The pages of one resource. They end early if the resource is skipped. */
type SkipNotFound = <Page>(resource: Resource, pages: AsyncIterable<Page>) => AsyncGenerator<Page>;

/**
 * Returns a function that passes on the pages of a resource. NOT_FOUND skips the resource, as in the Go syncer.
 * Make one function for each step: it counts across resources, and throws a ServiceError ABORTED beyond the limits.
 */
export function skipNotFound({ observer }: SyncContext): SkipNotFound {
  let done = 0;
  let skipped = 0;
  return async function* (resource, pages) {
    done++;
    try {
      yield* pages;
    } catch (error) {
      if (!(error instanceof ConnectError) || error.code !== Code.NotFound) {
        throw error;
      }
      skipped++;
      observer.warn(`${resource.id?.resourceType} ${resource.id?.resource} was skipped: ${error.rawMessage}`);
      if (skipped > skippedMax && skipped > done * skippedShareMax) {
        throw new ServiceError(
          Code.Aborted,
          `too many warnings, exiting sync: ${skipped} of ${done} resources were not found`,
          { reason: 'too_many_warnings', cause: error },
        );
      }
    }
  };
}
