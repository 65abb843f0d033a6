// Items that are gone by the time they are asked for: skipped with a warning, up to a limit.
import { ConnectError } from '@connectrpc/connect';
import type { Resource } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';
import type { SyncRun } from './full-sync.ts';

/** More of them than both limits means that something is wrong with the source, not with single items. */
const skippedMax = 10;
const skippedShareMax = 0.1;

/**
 * Does `work` for a resource. NOT_FOUND skips it, as the Go syncer does: it was deleted since it was listed.
 * @returns A function to call for each resource of a step; it counts across them.
 */
export function skippingGone({ observer }: SyncRun): (resource: Resource, work: () => Promise<void>) => Promise<void> {
  let done = 0;
  let skipped = 0;
  return async (resource, work) => {
    done++;
    try {
      await work();
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
          {
            reason: 'too_many_warnings',
            cause: error,
          },
        );
      }
    }
  };
}
