// The parts of report rows that many rows share, as bytes: one per user and one per content, made on first use.

import { contentIdAt, contentTitleAt } from '../organization/catalog-item-at.ts';
import { CONTENT_KINDS } from '../organization/content-kinds.ts';
import type { Organization } from '../organization/organization.ts';
import { hash32, pick, shuffle } from '../random.ts';

/** `"key":"value","key":"value"`, without braces, in UTF-8. */
export type Fragment = Buffer;

export interface RowFragments {
  user(index: number): Fragment;
  content(index: number): Fragment;
}

/** Upper limit of a fragment's size in bytes: the row writer reserves this much for each. */
export const FRAGMENT_BYTES_MAX = 4096;

/** Fragments of an organization. The order of their keys depends on the seed. */
export function createRowFragments(organization: Organization): RowFragments {
  const { seed, usersEver, contentsEver } = organization;
  const users = new Array<Fragment | undefined>(usersEver).fill(undefined);
  const contents = new Array<Fragment | undefined>(contentsEver).fill(undefined);
  const userOrder = hash32(seed, 0x02de2);
  const contentOrder = hash32(seed, 0x02de3);
  return {
    user(index) {
      users[index] ??= toFragment(userFields(organization, index), userOrder);
      return users[index];
    },
    content(index) {
      contents[index] ??= toFragment(contentFields(organization, index), contentOrder);
      return contents[index];
    },
  };
}

function userFields(organization: Organization, index: number): [key: string, value: string][] {
  const user = organization.userAt(index);
  return [
    ['userUuid', user.id],
    ['userId', user.loginName ?? user.externalUserId ?? user.id],
    ['emailAddress', user.email ?? ''],
    ['firstName', user.firstName ?? ''],
    ['lastName', user.lastName ?? ''],
    ['userStatus', user.isActive ? 'Active' : 'Inactive'],
    ['audience', audienceOf(index)],
    ...organization.customAttributes.rowFieldsOfUser(index),
  ];
}

function audienceOf(index: number): string {
  return `All Users; Employees Only; Audience ${index % 97}${index % 4 === 0 ? '; Compliance' : ''}`;
}

function contentFields(organization: Organization, index: number): [key: string, value: string][] {
  const { seed } = organization;
  return [
    ['contentUuid', contentIdAt(seed, index)],
    ['contentTitle', contentTitleAt(seed, index)],
    ['contentType', pick(CONTENT_KINDS, organization.contentKindAt(index)).label],
    ['estimatedDurationHms', `00h${String(index % 60).padStart(2, '0')}m00s`],
    ['languageCode', index % 5 === 0 ? 'All' : 'en-US'],
  ];
}

function toFragment(fields: [key: string, value: string][], order: number): Fragment {
  const text = shuffle(fields, order)
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
    .join(',');
  const fragment = Buffer.from(text);
  if (fragment.length > FRAGMENT_BYTES_MAX) {
    throw new RangeError(`a row fragment of ${fragment.length} bytes; the limit is ${FRAGMENT_BYTES_MAX}`);
  }
  return fragment;
}
