import assert from 'node:assert/strict';
import { anyIs } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { ResourceDoesNotExistSchema } from '#gen/c1/connector/v2/annotation_resource_pb.js';
import { ResourceDeleterService, ResourceManagerService } from '#gen/c1/connector/v2/resource_pb.js';
import { failureOf } from '../../server/failure-of.ts';
import { bannedTitle, createChangingLibrary } from '../changing-library.ts';
import { type Connect, testEachWay } from '../each-way.ts';

testEachWay('a resource is created, and answered as the application has it', async (serve) => {
  const { connect } = await serve(createChangingLibrary().connector);
  const { created } = await connect(ResourceManagerService).createResource({
    resource: { id: { resourceType: 'book', resource: 'new' }, displayName: 'Ulysses' },
  });
  assert.deepEqual([created?.id?.resource, created?.displayName], ['b7', 'Ulysses']);
});

testEachWay('why a resource could not be created reaches the caller', async (serve) => {
  const { connect } = await serve(createChangingLibrary().connector);
  const resource = { id: { resourceType: 'book', resource: 'new' }, displayName: bannedTitle };
  const error = await failureOf(connect(ResourceManagerService).createResource({ resource }));
  assert.deepEqual([error.code, error.rawMessage], [Code.InvalidArgument, 'no such title here']);
});

/** Both methods delete alike. */
const deletions = (connect: Connect) =>
  [connect(ResourceManagerService).deleteResource, connect(ResourceDeleterService).deleteResourceV2] as const;

testEachWay('a resource is deleted, and one that is gone is a success that says so', async (serve) => {
  const { connector, asked } = createChangingLibrary();
  const { connect } = await serve(connector);
  for (const deleteResource of deletions(connect)) {
    const deleted = await deleteResource({
      resourceId: { resourceType: 'reader', resource: 'r1' },
      parentResourceId: { resourceType: 'shelf', resource: 's1' },
    });
    assert.deepEqual(deleted.annotations, []);
    const { annotations } = await deleteResource({ resourceId: { resourceType: 'reader', resource: 'r2' } });
    assert.ok(annotations.length === 1 && annotations.every((any) => anyIs(any, ResourceDoesNotExistSchema)));
  }
  assert.deepEqual(
    asked.deletions.map(({ id, parent }) => [id.resource, parent?.resource]),
    [
      ['r1', 's1'],
      ['r2', undefined],
      ['r1', 's1'],
      ['r2', undefined],
    ],
  );
});

testEachWay('types that cannot be created or deleted are UNIMPLEMENTED', async (serve) => {
  const { connect } = await serve(createChangingLibrary().connector);
  const id = (resourceType: string) => ({ resourceType, resource: 'x' });
  const refusals = [
    [connect(ResourceManagerService).createResource({ resource: { id: id('reader') } }), 'reader', 'Create()'],
    [connect(ResourceManagerService).createResource({ resource: { id: id('magazine') } }), 'magazine', 'Create()'],
    ...deletions(connect).map((remove) => [remove({ resourceId: id('shelf') }), 'shelf', 'Delete()'] as const),
  ] as const;
  for (const [call, type, what] of refusals) {
    const error = await failureOf(call);
    assert.deepEqual(
      [error.code, error.rawMessage],
      [Code.Unimplemented, `resource type ${type} does not have resource ${what} configured`],
    );
  }
});

testEachWay('a request without an id is INVALID_ARGUMENT and told so', async (serve) => {
  const { connector, asked } = createChangingLibrary();
  const { connect } = await serve(connector);
  for (const [call, field] of [
    [connect(ResourceManagerService).createResource({}), /resource/],
    [connect(ResourceManagerService).createResource({ resource: {} }), /resource\.id/],
    ...deletions(connect).map((remove) => [remove({}), /resource_id/] as const),
    ...deletions(connect).map(
      (remove) => [remove({ resourceId: { resourceType: 'reader', resource: '' } }), /resource_id\.resource/] as const,
    ),
  ] as const) {
    const error = await failureOf(call);
    assert.equal(error.code, Code.InvalidArgument, error.message);
    assert.match(error.rawMessage, field);
  }
  assert.deepEqual(asked.deletions, []);
});
