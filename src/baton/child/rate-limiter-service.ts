// RateLimiterService: a Go parent asks it before each call to a connector and reports the outcome of the call.
import {
  RateLimitDescription_Status,
  type RateLimiterConfig,
  RateLimiterService,
} from '#gen/c1/ratelimit/v1/ratelimit_pb.js';
import { type ServiceEntry, serviceEntry } from '../services/service-entry.ts';
import { invalidConfig } from './server-config.ts';

/**
 * A limiter that lets every call through at once, like the Go SDK's no-op limiter (pkg/ratelimit of baton-sdk v0.25.0).
 * The connector itself respects the limits of its application.
 */
export function createRateLimiterService(): ServiceEntry {
  return serviceEntry(RateLimiterService, {
    do: ({ requestToken }) => ({ requestToken, description: { status: RateLimitDescription_Status.EMPTY } }),
    report: () => ({}),
  });
}

/**
 * Whether the parent requests a rate limit, which this limiter does not enforce.
 * @throws ServiceError INVALID_ARGUMENT for the kinds that Go connectors refuse to start with too.
 */
export function requestsLimits(config: RateLimiterConfig | undefined): boolean {
  if (!config) return false;
  switch (config.type.case) {
    case 'disabled':
      return false;
    case 'slidingMem':
    case 'fixedMem':
      return true;
    case 'external':
      throw invalidConfig('rate_limiter_config: external rate limiters are not implemented');
    case undefined:
      throw invalidConfig('rate_limiter_config has no type');
  }
}
