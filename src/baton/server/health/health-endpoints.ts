// What the health endpoint can be asked, in a file that loads nothing: the command line knows the words too.

/** What a probe may ask; `health-check --endpoint` takes the same words. */
export const healthEndpoints = ['health', 'ready', 'live'] as const;
export type HealthEndpoint = (typeof healthEndpoints)[number];
