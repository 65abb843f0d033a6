// The small static data of the `common` endpoints. Public documents name the endpoints and no field of their objects: the
// shapes are a guess.
import type { Organization } from './organization.ts';

export interface NamedObject {
  readonly id: string;
  readonly name: string;
}

export interface LicensePool extends NamedObject {
  /** Names of collections. */
  readonly collections: readonly string[];
}

export interface CommonData {
  readonly collections: readonly NamedObject[];
  readonly customAttributes: readonly NamedObject[];
  readonly licensePools: readonly LicensePool[];
  readonly audiences: readonly NamedObject[];
}

export const COLLECTION_NAMES = ['Simulated Collection', 'Leadership Collection', 'Compliance Collection'] as const;

export function createCommonData(organization: Organization): CommonData {
  const named = (key: number, names: readonly string[]): NamedObject[] =>
    names.map((name, index) => ({ id: organization.idAt(key, index), name }));
  return {
    collections: named(1, COLLECTION_NAMES),
    customAttributes: organization.customAttributes.definitions,
    licensePools: named(2, ['Main Pool']).map((pool) => ({ ...pool, collections: COLLECTION_NAMES })),
    audiences: named(3, ['All Users', 'Employees Only', 'Compliance']),
  };
}
