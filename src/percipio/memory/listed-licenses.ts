// What a process remembers of the collections that a sync has listed: rows of the license report name them.
import type { Collection, LicenseList, LicensesApi } from '../api/licenses.ts';
import { collectIds, type IdsByName } from '../report/scan/license-rows.ts';

export class ListedLicenses {
  #collections: LicenseList<Collection> | undefined;

  /**
   * All collections.
   * @param isFresh - Whether to read them even if they are known.
   * @throws PercipioError
   */
  async readCollections(api: LicensesApi, signal: AbortSignal, isFresh = false): Promise<LicenseList<Collection>> {
    const known = isFresh ? undefined : this.#collections;
    const collections = known ?? (await api.listCollections(signal));
    this.#collections = collections;
    return collections;
  }

  /**
   * The ids of all collections by name, as the license report has it.
   * @throws PercipioError
   */
  async readIdsByName(api: LicensesApi, signal: AbortSignal): Promise<IdsByName> {
    const { items } = await this.readCollections(api, signal);
    return collectIds(items.flatMap(({ id, name }) => (name === undefined ? [] : [[name, id] as const])));
  }
}
