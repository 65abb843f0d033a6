// Which code a caller gets for which failure of Percipio, and what it can read in its details: over the wire.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { anyPack, timestampDate } from '@bufbuild/protobuf/wkt';
import { Code, createClient } from '@connectrpc/connect';
import {
  RateLimitDescription_Status,
  RateLimitDescriptionSchema,
} from '#gen/c1/connector/v2/annotation_ratelimit_pb.js';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { ResourcesService } from '#gen/c1/connector/v2/resource_pb.js';
import { createConnectorServices } from '../../src/baton/services/connector-services.ts';
import type { FaultKind } from '../../src/simulator/percipio/http/faults.ts';
import { createLibrary } from '../baton/library-connector.ts';
import { failureOf } from '../baton/server/failure-of.ts';
import { startTestServer } from '../baton/server/test-server.ts';
import { allCourses, listUsersByHand, type ServedPercipio, servePercipio } from './serve-percipio.ts';

const grantsOfAllCourses = {
  ...allCourses,
  annotations: [anyPack(TypeScopedGrantsSchema, create(TypeScopedGrantsSchema))],
};

type Row = readonly [failure: string, fault: FaultKind, code: keyof typeof Code, message: RegExp];

const status = (status: number, headers: Record<string, string> = {}): FaultKind => ({
  kind: 'status',
  status,
  headers,
});

/** What a Go syncer makes of the codes: UNAVAILABLE and DEADLINE_EXCEEDED are asked again, NOT_FOUND is skipped, the rest ends the sync. */
const failures: readonly Row[] = [
  ['400', status(400), 'InvalidArgument', /answered 400/],
  ['401', status(401), 'Unauthenticated', /answered 401.*Check the API token/s],
  ['403', status(403), 'PermissionDenied', /answered 403.*permission for the API family/s],
  // A list that is not there is no thing that is gone.
  ['404', status(404), 'FailedPrecondition', /answered 404.*Check the organization id/s],
  ['408', status(408), 'DeadlineExceeded', /answered 408/],
  ['409', status(409), 'AlreadyExists', /answered 409/],
  ['422', status(422), 'InvalidArgument', /answered 422/],
  ['429', status(429), 'Unavailable', /answered 429/],
  ['500', status(500), 'Unavailable', /answered 500/],
  ['501', status(501), 'Unimplemented', /answered 501/],
  ['502', status(502), 'Unavailable', /answered 502/],
  ['503', status(503), 'Unavailable', /answered 503/],
  ['504', status(504), 'Unavailable', /answered 504/],
  ['a connection that is reset', { kind: 'reset' }, 'Unavailable', /GET http/],
  ['an answer that breaks off', { kind: 'truncate' }, 'Unavailable', /GET http/],
  ['JSON that is cut off', { kind: 'garbage' }, 'Unavailable', /GET http/],
  ['an empty answer', { kind: 'emptyBody' }, 'Unavailable', /GET http/],
  ['a web page', { kind: 'garbage', text: '<html>Please sign in</html>' }, 'Unavailable', /GET http/],
  ['JSON of another shape', { kind: 'garbage', text: '{"items":7}' }, 'Internal', /GET http/],
];

suite('a failure of Percipio', () => {
  const calls: readonly [name: string, path: RegExp, call: (served: ServedPercipio) => Promise<unknown>][] = [
    ['ListResources of users', /\/users$/, ({ resources }) => resources.listResources({ resourceTypeId: 'user' })],
    [
      'ListResources of courses',
      /catalog-content/,
      ({ resources }) => resources.listResources({ resourceTypeId: 'course' }),
    ],
    ['ListGrants', /learning-activity$/, ({ grants }) => grants.listGrants(grantsOfAllCourses)],
  ];
  for (const [failure, fault, code, message] of failures) {
    test(`${failure} is ${code}`, async (t) => {
      for (const [name, path, call] of calls) {
        const served = await servePercipio(t);
        served.simulator.faults.add({ ...fault, match: { path }, times: Number.POSITIVE_INFINITY });
        const error = await failureOf(call(served));
        assert.equal(Code[error.code], code, `${name}: ${error.message}`);
        assert.match(
          error.rawMessage,
          name === 'ListGrants' ? new RegExp(message.source.replace('GET', 'POST'), 's') : message,
        );
        assert.ok(!JSON.stringify([error.rawMessage, [...error.metadata]]).includes(served.simulator.token));
      }
    });
  }

  test('a connection that is refused is UNAVAILABLE', async (t) => {
    const { simulator, resources } = await servePercipio(t);
    await simulator.close();
    const error = await failureOf(resources.listResources({ resourceTypeId: 'user' }));
    assert.equal(error.code, Code.Unavailable);
  });

  test('a family without permission is PERMISSION_DENIED, in the calls that need it alone', async (t) => {
    const { grants, resources } = await servePercipio(t, { forbidden: ['reporting'] });
    await resources.listResources({ resourceTypeId: 'user' });
    const error = await failureOf(grants.listGrants(grantsOfAllCourses));
    assert.equal(error.code, Code.PermissionDenied);
    assert.match(error.rawMessage, /API family reporting/);
  });

  test('a report that Percipio cannot make is FAILED_PRECONDITION', async (t) => {
    const { grants } = await servePercipio(t, { reportFails: true });
    const error = await failureOf(grants.listGrants(grantsOfAllCourses));
    assert.equal(error.code, Code.FailedPrecondition);
    assert.match(error.rawMessage, /Run the sync again/);
  });

  test('a user and a course that are gone are NOT_FOUND, as nothing else is', async (t) => {
    const { getter } = await servePercipio(t);
    for (const resourceType of ['user', 'course']) {
      const resource = '00000000-0000-4000-8000-000000000000';
      const error = await failureOf(getter.getResource({ resourceId: { resourceType, resource } }));
      assert.equal(error.code, Code.NotFound, error.message);
    }
  });
});

suite('a rate limit', () => {
  const untilReset: readonly [told: string, headers: Record<string, string>][] = [
    [
      'by x-ratelimit headers',
      { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '300' },
    ],
    ['by Retry-After', { 'retry-after': '300' }],
  ];
  for (const [told, headers] of untilReset) {
    test(`that is told ${told} travels as a detail, and says when it ends`, async (t) => {
      const { simulator, resources } = await servePercipio(t);
      simulator.faults.add({ ...status(429, headers), match: { path: /\/users$/ }, times: Number.POSITIVE_INFINITY });
      const before = Date.now();
      const error = await failureOf(resources.listResources({ resourceTypeId: 'user' }));
      assert.equal(error.code, Code.Unavailable);
      // Found by the full name that the Go syncer looks for.
      const types = error.details.map((detail) => 'type' in detail && detail.type);
      assert.ok(types.includes('c1.connector.v2.RateLimitDescription'), `details: ${types}`);
      const [limit] = error.findDetails(RateLimitDescriptionSchema);
      assert.equal(limit?.status, RateLimitDescription_Status.OVERLIMIT);
      const resetMs = (limit.resetAt ? timestampDate(limit.resetAt).getTime() : 0) - before;
      assert.ok(resetMs > 290_000 && resetMs < 400_000, `it ends in ${resetMs} ms`);
    });
  }

  test('that nothing tells of is UNAVAILABLE without a made-up detail', async (t) => {
    const { simulator, resources } = await servePercipio(t);
    simulator.faults.add({ ...status(503), match: { path: /\/users$/ }, times: Number.POSITIVE_INFINITY });
    const error = await failureOf(resources.listResources({ resourceTypeId: 'user' }));
    assert.deepEqual([error.code, error.findDetails(RateLimitDescriptionSchema)], [Code.Unavailable, []]);
  });
});

test("the caller's deadline is DEADLINE_EXCEEDED, and ends the request that runs", async (t) => {
  const { simulator, server } = await servePercipio(t);
  simulator.faults.add({ kind: 'stall', match: { path: /\/users$/ }, times: Number.POSITIVE_INFINITY });
  // On a busy machine a deadline can pass before the request has begun: the next call has twice the time.
  for (let deadlineMs = 50; simulator.requests.total === 0; deadlineMs *= 2) {
    const { status } = listUsersByHand(server, { 'grpc-timeout': `${deadlineMs}m` });
    assert.equal(await status, String(Code.DeadlineExceeded));
  }
  const { outcome } = await simulator.requests.waitFor((record) => record.outcome !== 'open', t.signal);
  assert.equal(outcome, 'aborted');
});

test('an exception that nobody thought of reaches the caller as a fixed text, and the log as it is', async (t) => {
  const { connector } = createLibrary({
    titleOf: () => {
      throw new TypeError('cannot read the secret shelf at /srv/library.db', { cause: new Error('key=abc') });
    },
  });
  const server = await startTestServer(
    t,
    createConnectorServices(connector, { provisioning: false, ticketing: false }),
  );
  const error = await failureOf(
    createClient(ResourcesService, server.transport).listResources({ resourceTypeId: 'book' }),
  );
  assert.deepEqual([error.code, error.rawMessage, error.details], [Code.Internal, 'Internal Server Error', []]);
  assert.doesNotMatch(JSON.stringify([...error.metadata]), /shelf|library\.db|abc/);
  const line = server.lines.find(({ level }) => level === 50);
  assert.match(JSON.stringify(line), /cannot read the secret shelf/);
});
