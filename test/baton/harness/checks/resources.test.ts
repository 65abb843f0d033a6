import { create } from '@bufbuild/protobuf';
import { type Resource, ResourceIdSchema, ResourceSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { buildResource } from '../../../../src/baton/messages/resource.ts';
import { testFault } from '../judge-connector.ts';
import { chapterType, createFullServices, pagesOf, readers, readerType, withSyncer } from '../sound-connector.ts';

const withReaders = (list: readonly Resource[]) => () =>
  createFullServices(withSyncer({ type: readerType, list: pagesOf(() => list) }));

const [first = create(ResourceSchema), second = create(ResourceSchema), ...others] = readers;
const withSecond = (change: Partial<Resource>) =>
  withReaders([first, create(ResourceSchema, { ...second, ...change }), ...others]);

testFault(
  'resources-valid: a description that is too long',
  { 'resources-valid': /ListResources of reader returned reader r1 with description: / },
  withSecond({ description: 'x'.repeat(2049) }),
);
testFault(
  'resources-valid: a resource without an id',
  { 'resources-valid': /a resource without an id with id: is not set/ },
  withReaders([...readers, create(ResourceSchema, { annotations: first.annotations })]),
);
testFault(
  'resources-valid: an id that is too long',
  { 'resources-valid': /with id\.resource: / },
  withReaders([
    ...readers,
    create(ResourceSchema, {
      id: { resourceType: 'reader', resource: 'x'.repeat(1025) },
      annotations: first.annotations,
    }),
  ]),
);

testFault(
  'resource-types-match: a resource of another type',
  { 'resource-types-match': /ListResources of reader returned chapter lost/ },
  withReaders([
    ...readers,
    create(ResourceSchema, { id: { resourceType: 'chapter', resource: 'lost' }, annotations: first.annotations }),
  ]),
);

testFault(
  'resource-traits-present: a reader without the trait of a user',
  { 'resource-traits-present': /reader r9 without UserTrait/ },
  withReaders([...readers, buildResource({ type: readerType, id: 'r9', displayName: 'Reader 9' })]),
);

testFault(
  'resources-listed-once: a reader on two pages',
  { 'resources-listed-once': /ListResources of reader returned reader r0 twice/ },
  withReaders([...readers, first]),
);
testFault('resources-listed-once: below another parent, a resource may appear again', {}, () =>
  createFullServices(
    withSyncer({
      type: chapterType,
      list: pagesOf(({ parent }) =>
        parent ? [buildResource({ type: chapterType, id: 'preface', displayName: 'Preface' })] : [],
      ),
    }),
  ),
);

testFault(
  'resource-parents-resolve: a parent that is not listed',
  { 'resource-parents-resolve': /reader r1 with the parent chapter none/ },
  withSecond({ parentResourceId: create(ResourceIdSchema, { resourceType: 'chapter', resource: 'none' }) }),
);
