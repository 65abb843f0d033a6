// The cheapest request to each family, to check whether the service account has permission for it.

import { z } from 'zod';
import type { HttpClient } from './http-client.ts';
import { toPathPart } from './path-part.ts';
import { PercipioError } from './percipio-error.ts';

/** The families that a sync reads: `common` only where it syncs licenses. */
export const probedFamilies = ['user-management', 'content-discovery', 'common', 'reporting'] as const;

export type ProbedFamily = (typeof probedFamilies)[number];

/** No report has this id. */
const absentReportId = '00000000-0000-0000-0000-000000000000';

export class Probes {
  readonly #http: HttpClient;
  readonly #paths: Readonly<Record<ProbedFamily, string>>;

  constructor(http: HttpClient, organizationId: string) {
    const organization = `organizations/${toPathPart(organizationId)}`;
    this.#http = http;
    this.#paths = {
      'user-management': `/user-management/v1/${organization}/users`,
      'content-discovery': `/content-discovery/v2/${organization}/catalog-content`,
      common: `/common/v1/${organization}/collections`,
      reporting: `/reporting/v1/${organization}/report-requests/${absentReportId}`,
    };
  }

  /**
   * Sends one small request to a family. Returns if it is permitted.
   * @throws PercipioError with status 401 or 403 if it is not, or for any other failure.
   */
  async probe(family: ProbedFamily, signal: AbortSignal): Promise<void> {
    const path = this.#paths[family];
    if (family !== 'reporting') {
      // There is no smaller request than for all collections, which are few.
      const query = family === 'common' ? undefined : { max: 1, offset: 0 };
      await this.#http.json({ family, method: 'GET', path, query, retry: 'always' }, z.array(z.unknown()), signal);
      return;
    }
    try {
      await this.#http.exchange({ family, method: 'GET', path, retry: 'always' }, signal, async ({ body }) =>
        body.cancel(),
      );
    } catch (error) {
      if (!(error instanceof PercipioError && isAnsweredAfterPermission(error.status))) throw error;
    }
  }
}

/**
 * A 404 for a report that does not exist shows that reporting is permitted (an inference: no document says so). So does
 * an error about the form of its id.
 */
function isAnsweredAfterPermission(status: number | undefined): boolean {
  return status === 400 || status === 404 || status === 410 || status === 422;
}
