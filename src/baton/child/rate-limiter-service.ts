// RateLimiterService: the Go runtime asks it before each call to a connector, and tells it how the call went.
import {
  RateLimitDescription_Status,
  type RateLimiterConfig,
  RateLimiterService,
} from '#gen/c1/ratelimit/v1/ratelimit_pb.js';
import { type ServiceEntry, serviceEntry } from '../services/service-entry.ts';
import { invalidConfig } from './server-config.ts';

/**
 * A limiter that lets every call through at once, as the Go SDK's does that limits nothing (pkg/ratelimit of baton-sdk
 * v0.25.0). The connector keeps to the limits of its application itself.
 */
export function createRateLimiterService(): ServiceEntry {
  return serviceEntry(RateLimiterService, {
    do: ({ requestToken }) => ({ requestToken, description: { status: RateLimitDescription_Status.EMPTY } }),
    report: () => ({}),
  });
}

/**
 * Whether calls are to be limited by a rate, which this limiter does not do.
 * @throws ServiceError INVALID_ARGUMENT for the kinds that no connector starts with.
 */
export function asksForLimits(config: RateLimiterConfig | undefined): boolean {
  if (!config) {
    return false;
  }
  switch (config.type.case) {
    case 'disabled':
      return false;
    case 'slidingMem':
    case 'fixedMem':
      return true;
    case 'external':
      throw invalidConfig('rate_limiter_config: external rate limiters are not implemented');
    case undefined:
      throw invalidConfig('rate_limiter_config names no kind of limiter');
  }
}
