// The family common: the attributes that the organization has defined for its users.

import { z } from 'zod';
import type { HttpClient } from './http-client.ts';
import { toTrimmedText } from './lenient.ts';
import { toPathPart } from './path-part.ts';

/** The shape is undocumented. An attribute of a user has an id and a name, and so should its definition. */
const definitions = z.array(z.object({ name: z.unknown().optional().transform(toTrimmedText) }).nullable());

export class CustomAttributesApi {
  readonly #http: HttpClient;
  readonly #path: string;

  constructor(http: HttpClient, organizationId: string) {
    this.#http = http;
    this.#path = `/common/v1/organizations/${toPathPart(organizationId)}/custom-attributes`;
  }

  /** The names of all attributes. */
  async listNames(signal: AbortSignal): Promise<readonly string[]> {
    const call = { family: 'common', method: 'GET', path: this.#path, retry: 'always' } as const;
    const { value } = await this.#http.json(call, definitions, signal);
    return value.flatMap((definition) => definition?.name || []);
  }
}
