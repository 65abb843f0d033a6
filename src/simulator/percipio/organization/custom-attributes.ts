// The custom attributes that a simulated organization defines for its users.

import { hash32, pick, uuidAt } from '../random.ts';
import type { CustomAttribute } from './api-objects.ts';

/** An attribute: its name in a user, its key in a report row, and its possible values. */
interface AttributeDefinition {
  readonly name: string;
  readonly key: string;
  readonly values: readonly string[];
}

const ATTRIBUTES: readonly AttributeDefinition[] = [
  { name: 'Business Unit', key: 'businessUnit', values: ['Technology', 'Operations', 'Sales', 'Corporate'] },
  { name: 'Company Code', key: 'companyCode', values: ['1000', '1010', '2000', '3050'] },
  { name: 'Cost Center', key: 'costCenter', values: ['2840', '2841', '3010', '4400', '5105'] },
  { name: 'Country', key: 'country', values: ['USA', 'IND', 'DEU', 'BRA', 'JPN', 'Côte d’Ivoire'] },
  { name: 'Department', key: 'department', values: ['Platform', 'Support', 'Finance & Tax', 'People', 'Field Sales'] },
  { name: 'Department Code', key: 'departmentCode', values: ['152', '160', '171', '204'] },
  { name: 'Division', key: 'division', values: ['Engineering', 'Go to Market', 'General & Administrative'] },
  { name: 'Division Code', key: 'divisionCode', values: ['54', '55', '60'] },
  { name: 'Employee Class', key: 'employeeClass', values: ['FT', 'PT', 'CW'] },
  { name: 'Geo', key: 'geo', values: ['AMER', 'EMEA', 'APJ'] },
  { name: 'Hire Year', key: 'hireYear', values: ['2015', '2018', '2020', '2021', '2022', '2023'] },
  { name: 'Is a Manager', key: 'isAManager', values: ['Yes', 'No', 'No', 'No'] },
  { name: 'Job Function', key: 'jobFunction', values: ['R&D', 'Support', 'Marketing', 'Legal'] },
  { name: 'Job Level', key: 'jobLevel', values: ['L1', 'L2', 'L3', 'L4', 'L5'] },
  { name: 'Manager Email', key: 'managerEmail', values: ['manager.one@example.com', 'manager.two@example.com'] },
  { name: 'Office', key: 'office', values: ['Boston', 'München', 'Bengaluru', 'São Paulo', '東京', 'Remote'] },
  { name: 'Region', key: 'region', values: ['North', 'South', 'East', 'West'] },
  { name: 'Union', key: 'union', values: ['Yes', 'No'] },
];

/** Names that built-in user fields have too: a profile that merges both would lose one. */
const CLASHING_NAMES = ['email', 'id'] as const;

/** Three users in ten have no value (null) for an attribute. */
const NULL_IN_TEN = 3;

/** The attributes of an organization. Their ids depend on its seed. */
export interface CustomAttributes {
  /** The response of `GET /common/v1/organizations/{org}/custom-attributes`. */
  readonly definitions: readonly { readonly id: string; readonly name: string }[];
  /** The attributes of the `index`th user, each shared with other users. */
  ofUser(index: number): CustomAttribute[];
  /** An attribute with the name of a built-in field: `email` (0) or `id` (1). */
  clashing(which: 0 | 1): CustomAttribute;
  /** The same values as keys and texts of a report row, '' for null. */
  rowFieldsOfUser(index: number): [key: string, value: string][];
}

export function createCustomAttributes(seed: number): CustomAttributes {
  const idKey = hash32(seed, 0xa77);
  const valueKey = hash32(seed, 0xa78);
  const names = [...ATTRIBUTES.map(({ name }) => name), ...CLASHING_NAMES];
  const definitions = names.map((name, position) => ({ id: uuidAt(idKey, position), name }));
  const withValue = (position: number, value: string | null): CustomAttribute =>
    Object.freeze({ ...pick(definitions, position), value });

  const shared = ATTRIBUTES.map(({ values }, position) => ({
    none: withValue(position, null),
    some: values.map((value) => withValue(position, value)),
  }));
  const clashing = [
    withValue(ATTRIBUTES.length, 'attribute-email@example.com'),
    withValue(ATTRIBUTES.length + 1, 'attribute-id'),
  ];

  const ofUser = (index: number): CustomAttribute[] =>
    shared.map(({ none, some }, position) => {
      const bits = hash32(valueKey + position, index);
      return bits % 10 < NULL_IN_TEN ? none : pick(some, bits >>> 8);
    });
  return {
    definitions,
    ofUser,
    clashing: (which) => pick(clashing, which),
    rowFieldsOfUser: (index) =>
      ofUser(index).map((attribute, position) => [pick(ATTRIBUTES, position).key, attribute.value ?? '']),
  };
}
