import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { EnqueuePageTokensSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { GrantSchema, GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import { ResourcesService } from '#gen/c1/connector/v2/resource_pb.js';
import { singlePage } from '../../../../src/baton/author/connector.ts';
import { Code, ServiceError } from '../../../../src/baton/author/service-error.ts';
import { buildGrant, entitlementStub } from '../../../../src/baton/messages/grant.ts';
import { buildResource } from '../../../../src/baton/messages/resource.ts';
import { createConnectorServices } from '../../../../src/baton/services/connector-services.ts';
import { createLibrary } from '../../library-connector.ts';
import { assertFailed, judgeServices, resultOf, testFault } from '../judge-connector.ts';
import { changeService, type Methods } from '../plant-fault.ts';
import {
  bookType,
  clubSyncer,
  clubType,
  createFullServices,
  readers,
  readerType,
  withSyncer,
} from '../sound-connector.ts';

const refuse = (code: Code) => () => {
  throw new ServiceError(code, 'planted', { reason: 'planted' });
};

type ListGrants = Methods<typeof GrantsService>['listGrants'];

/** Another answer for the grants of one resource. */
const withGrants = (resource: string, answer: (original: ListGrants) => ListGrants) => () =>
  changeService(createFullServices(), GrantsService, ({ listGrants }) => ({
    listGrants: async (request, context) =>
      request.resource?.id?.resource === resource
        ? await answer(listGrants)(request, context)
        : await listGrants(request, context),
  }));

testFault(
  'listings-answer: the grants of a book are forbidden',
  { 'listings-answer': /ListGrants \{"resource":"book b1".* failed with PERMISSION_DENIED: planted/ },
  withGrants('b1', () => refuse(Code.PermissionDenied)),
);
testFault(
  'listings-answer: the grants of a book are unavailable, however often they are asked for',
  { 'listings-answer': /UNAVAILABLE: planted/ },
  withGrants('b1', () => refuse(Code.Unavailable)),
);
testFault('listings-answer: what is unavailable at first is asked for again', {}, () => {
  let calls = 0;
  return withGrants('b1', (original) => (++calls % 2 === 1 ? refuse(Code.Unavailable) : original))();
});

test('listings-answer: a book that is gone when its grants are asked for is skipped, as a sync skips it', async (t) => {
  const report = await judgeServices(t, withGrants('b1', () => refuse(Code.NotFound))());
  assertFailed(report, {});
  assert.equal(resultOf(report, 'listings-answer').detail, '1 resources disappeared during the walk');
});

testFault(
  'listings-answer: many books that are gone',
  { 'listings-answer': /^11 listings failed with NOT_FOUND/ },
  () => {
    const { connector } = createLibrary({ books: 11 });
    const services = createConnectorServices(connector, { provisioning: false, ticketing: false });
    return changeService(services, GrantsService, ({ listGrants }) => ({
      listGrants: (request, context) =>
        /^b\d/.test(request.resource?.id?.resource ?? '') ? refuse(Code.NotFound)() : listGrants(request, context),
    }));
  },
);

testFault(
  'listings-answer: a whole type that is gone would be missing without a word',
  { 'listings-answer': /ListResources .*"chapter".* failed with NOT_FOUND: planted/ },
  () =>
    changeService(createFullServices(), ResourcesService, ({ listResources }) => ({
      listResources: async (request, context) =>
        request.resourceTypeId === 'chapter' && !request.parentResourceId
          ? refuse(Code.NotFound)()
          : await listResources(request, context),
    })),
);

testFault(
  'page-tokens-end: a token that comes twice',
  {
    'page-tokens-end':
      /ListGrants .*"book b1".*"pageToken":"two".* next_page_token "one", which an earlier response returned/,
  },
  withGrants('b1', () => async ({ pageToken }) => ({ nextPageToken: pageToken === 'one' ? 'two' : 'one' })),
);
testFault(
  'page-tokens-end: the token that was asked for',
  { 'page-tokens-end': /next_page_token "same", which is the requested one/ },
  withGrants('b1', () => async () => ({ nextPageToken: 'same' })),
);
test('page-tokens-end: empty pages with ever other tokens, until the time is over', async (t) => {
  const time = new AbortController();
  let pages = 0;
  const services = withGrants('b1', () => async () => {
    if (++pages === 10) {
      time.abort();
    }
    return { nextPageToken: `wait ${pages}` };
  })();
  const report = await judgeServices(t, services, { timeLimit: time.signal });
  assertFailed(report, {
    'page-tokens-end': /^ListGrants of book b1 did not finish in time: 9 pages with 0 items so far$/,
  });
  assert.equal(resultOf(report, 'page-size-limit').detail, 'time ran out (--timeout)');
});

testFault(
  'page-tokens-end: the same grants again and again, with ever other tokens',
  {
    'grant-ids-unique': /which was returned before/,
    'page-tokens-end':
      /^ListGrants of book b1 returned no new items on 100 pages in a row, always with new page tokens/,
  },
  () => {
    let pages = 0;
    return withGrants('b1', (original) => async (request, context) => ({
      ...(await original({ ...request, pageToken: '' }, context)),
      nextPageToken: `more ${++pages}`,
    }))();
  },
);

test('a listing that answers empty pages for a while is followed to its end', async (t) => {
  const services = withGrants('b1', (original) => async (request, context) => {
    const waited = /^wait (\d)$/.exec(request.pageToken)?.[1] ?? (request.pageToken === '' ? '0' : undefined);
    return waited === undefined || waited === '5'
      ? await original({ ...request, pageToken: waited ? '' : request.pageToken }, context)
      : { nextPageToken: `wait ${Number(waited) + 1}` };
  })();
  const report = await judgeServices(t, services);
  assertFailed(report, {});
  assert.equal(report.walked.grants, 3 * 7 + 3);
});

testFault(
  'page-token-length: a token that cannot be sent back',
  { 'page-token-length': /ListGrants .*"book b1".* returned a next_page_token of 1048577 bytes/ },
  withGrants('b1', () => async () => ({ nextPageToken: 'x'.repeat(1024 * 1024 + 1) })),
);

testFault(
  'messages-fit: an answer of more than 4 MiB',
  { 'messages-fit': /the response to ListGrants .*"book b1".* is larger than the 4194304 bytes/ },
  withGrants('b1', () => async () => {
    const stub = entitlementStub(
      buildResource({ type: bookType, id: 'b1', displayName: 'x'.repeat(1000) }),
      'borrowed',
    );
    const grant = buildGrant(stub, 'reader', 'r0');
    return {
      list: Array.from({ length: 4200 }, (_, index) => create(GrantSchema, { ...grant, id: `grant ${index}` })),
    };
  }),
);

testFault(
  'type-scoped-answers: the grants of all clubs fail',
  { 'type-scoped-answers': /ListGrants \{"resource":"club club".* failed with INTERNAL: planted/ },
  withGrants('club', () => refuse(Code.Internal)),
);

test('a page that is gone is skipped, and the pages that were enqueued with it are read', async (t) => {
  const enqueued = create(EnqueuePageTokensSchema, { pageTokens: ['all', 'gone'] });
  const services = withGrants('b1', (original) => async (request, context) => {
    if (request.pageToken === 'gone') return refuse(Code.NotFound)();
    return request.pageToken === 'all'
      ? { ...(await original({ ...request, pageToken: '' }, context)), nextPageToken: '' }
      : { annotations: [anyPack(EnqueuePageTokensSchema, enqueued)] };
  })();
  const report = await judgeServices(t, services);
  assert.equal(resultOf(report, 'listings-answer').detail, '1 resources disappeared during the walk');
  // All but the second page of b1.
  assert.equal(report.walked.grants, 2 * 7 + 2 + 3);
});

test('a type-scoped type that skips entitlements and grants is asked for both, as by a sync', async (t) => {
  const annotations = [...clubType.annotations, ...readerType.annotations];
  const type = { ...clubType, annotations };
  const report = await judgeServices(t, createFullServices(withSyncer({ ...clubSyncer, type })));
  assertFailed(report, {});
  assert.equal(report.walked.grants, 3 * 7 + 3);
});

testFault(
  'skipped-types-answer-none: a reader who has grants',
  { 'skipped-types-answer-none': /ListGrants of reader r0 returned 1 grants, but the type reader skips them/ },
  withGrants('r0', () => async () => ({ list: [{ id: 'g' }] })),
);
testFault('skipped-types-answer-none: how a reader refuses does not matter', {}, () =>
  createFullServices(
    withSyncer({
      type: readerType,
      list: singlePage(async () => readers),
      grants: singlePage(async () => refuse(Code.FailedPrecondition)()),
    }),
  ),
);
