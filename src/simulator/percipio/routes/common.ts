// GET of organization-wide definitions: collections, custom attributes, license pools, audiences.
import { jsonAnswer } from '../http/answer.ts';
import { readPage } from '../http/query.ts';
import type { Route } from '../http/router.ts';
import type { CommonData } from '../organization/common-data.ts';

const PAGE_SIZE_DEFAULT = 1000;

export function commonRoutes(common: CommonData): Route[] {
  const list = (name: string, items: readonly unknown[]): Route => ({
    method: 'GET',
    path: `/common/v1/organizations/:organizationId/${name}`,
    handle: () => jsonAnswer(items),
  });
  return [
    list('collections', common.collections),
    list('custom-attributes', common.customAttributes),
    list('license-pools', common.licensePools),
    {
      method: 'GET',
      path: '/common/v2/organizations/:organizationId/audiences',
      handle: ({ query }) => {
        const { max, offset } = readPage(query, PAGE_SIZE_DEFAULT);
        const { audiences } = common;
        return jsonAnswer(audiences.slice(offset, offset + max), { 'x-total-count': String(audiences.length) });
      },
    },
  ];
}
