import { create } from '@bufbuild/protobuf';
import { GrantSchema, GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import { ResourcesService } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../../../../src/baton/author/service-error.ts';
import { testFault } from '../judge-connector.ts';
import { changeService } from '../plant-fault.ts';
import { createFullServices } from '../sound-connector.ts';

testFault(
  'page-size-respected: pages of two, whatever is asked for',
  { 'page-size-respected': /ListResources \{"resourceTypeId":"reader","pageSize":1\} returned 2 items/ },
  () =>
    changeService(createFullServices(), ResourcesService, ({ listResources }) => ({
      listResources: (request, context) =>
        listResources(request.pageSize > 250 ? request : { ...request, pageSize: 0 }, context),
    })),
);

const withGrantsPaged = (pageSize: number, change: 'lose' | 'add' | 'fail') => () =>
  changeService(createFullServices(), GrantsService, ({ listGrants }) => ({
    listGrants: async (request, context) => {
      const answer = await listGrants(request, context);
      if (request.pageSize !== pageSize || request.resource?.id?.resourceType !== 'book') {
        return answer;
      }
      const [first, ...others] = answer.list ?? [];
      switch (change) {
        case 'lose':
          return { list: others, nextPageToken: answer.nextPageToken ?? '' };
        case 'add':
          return {
            list: [{ ...create(GrantSchema, first), id: 'made up' }],
            nextPageToken: answer.nextPageToken ?? '',
          };
        case 'fail':
          throw new ServiceError(Code.Internal, 'planted', { reason: 'planted' });
      }
    },
  }));

testFault(
  'page-size-same-items: grants that are lost between pages of 7',
  {
    'page-size-same-items':
      /ListGrants \{"resource":"book b0","pageSize":7\} lacks 4 items \("book:b0:borrowed:reader:r0", .*, …\) that it returns without a page size/,
  },
  withGrantsPaged(7, 'lose'),
);
testFault(
  'page-size-same-items: grants that are there in pages of 1 alone',
  { 'page-size-same-items': /"pageSize":1\} lacks 7 items/ },
  withGrantsPaged(1, 'add'),
);
testFault(
  'page-size-same-items: pages of 250 fail',
  { 'page-size-same-items': /"pageSize":250.* failed with INTERNAL: planted/ },
  withGrantsPaged(250, 'fail'),
);
