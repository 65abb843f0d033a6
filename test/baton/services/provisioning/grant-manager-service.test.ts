import assert from 'node:assert/strict';
import { anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { GrantAlreadyExistsSchema, GrantAlreadyRevokedSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { GrantReplacedSchema } from '#gen/c1/connector/v2/annotation_grant_replaced_pb.js';
import { GrantManagerService } from '#gen/c1/connector/v2/grant_pb.js';
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.js';
import { failureOf } from '../../server/failure-of.ts';
import { createChangingLibrary, lockedReader } from '../changing-library.ts';
import { testEachWay } from '../each-way.ts';

const borrowing = (book: string) => ({
  id: `book:${book}:borrowed`,
  resource: { id: { resourceType: 'book', resource: book } },
});
const reader = (id: string) => ({ id: { resourceType: 'reader', resource: id } });
const grantOf = (book: string, readerId: string) => ({
  id: `book:${book}:borrowed:reader:${readerId}`,
  entitlement: borrowing(book),
  principal: reader(readerId),
});

testEachWay('a grant answers what the principal now has', async (serve) => {
  const { connector, asked } = createChangingLibrary();
  const { connect } = await serve(connector);
  const { grants, annotations } = await connect(GrantManagerService).grant({
    entitlement: borrowing('b1'),
    principal: reader('r2'),
  });
  assert.deepEqual([grants.map(({ id }) => id), annotations], [['book:b1:borrowed:reader:r2'], []]);
  assert.equal(asked.grants[0]?.entitlement.resource?.id?.resource, 'b1');
  assert.equal(asked.grants[0]?.principal.id?.resource, 'r2');
  assert.ok(asked.contexts[0]?.signal instanceof AbortSignal);
});

testEachWay('what is there already is a success that says so', async (serve) => {
  const { connect } = await serve(createChangingLibrary().connector);
  const { grants, annotations } = await connect(GrantManagerService).grant({
    entitlement: borrowing('b1'),
    principal: reader('r1'),
  });
  assert.equal(grants.length, 1);
  assert.deepEqual(
    annotations.map(({ typeUrl }) => typeUrl),
    [`type.googleapis.com/${GrantAlreadyExistsSchema.typeName}`],
  );
});

testEachWay('a grant that took another one’s place names it', async (serve) => {
  const { connect } = await serve(createChangingLibrary().connector);
  const { annotations } = await connect(GrantManagerService).grant({
    entitlement: borrowing('b1'),
    principal: reader('r3'),
  });
  const [annotation] = annotations;
  assert.ok(annotation && annotations.length === 1);
  assert.equal(anyUnpack(annotation, GrantReplacedSchema)?.replacedGrantId, 'book:b2:borrowed:reader:r3');
});

testEachWay('a revocation is said to be one of nothing where nothing was there', async (serve) => {
  const { connector, asked } = createChangingLibrary();
  const manager = (await serve(connector)).connect(GrantManagerService);
  assert.deepEqual((await manager.revoke({ grant: grantOf('b1', 'r1') })).annotations, []);
  const { annotations } = await manager.revoke({ grant: grantOf('b1', 'r1') });
  assert.ok(annotations.length === 1 && annotations.every((any) => anyIs(any, GrantAlreadyRevokedSchema)));
  assert.equal(asked.revocations[0]?.grant.principal?.id?.resource, 'r1');
});

testEachWay('a refusal on purpose carries the text for people as ConductorOne looks for it', async (serve) => {
  const manager = (await serve(createChangingLibrary().connector)).connect(GrantManagerService);
  const onShelf = { id: 'shelf:s:stands', resource: { id: { resourceType: 'shelf', resource: 's' } } };
  for (const [call, text] of [
    [
      manager.grant({ entitlement: borrowing('b1'), principal: reader(lockedReader) }),
      'This reader may borrow nothing.',
    ],
    [manager.grant({ entitlement: onShelf, principal: reader('r1') }), 'Books come to a shelf by the alphabet.'],
    [
      manager.revoke({ grant: { id: 'g', entitlement: onShelf, principal: reader('r1') } }),
      'Books come to a shelf by the alphabet.',
    ],
  ] as const) {
    const error = await failureOf(call);
    assert.deepEqual([error.code, error.rawMessage], [Code.FailedPrecondition, text]);
    const [info] = error.findDetails(ErrorInfoSchema);
    assert.deepEqual(
      [info?.reason, info?.domain, info?.metadata],
      ['grant_cancelled', 'github.com/conductorone/baton-sdk', { reason: text }],
    );
  }
});

testEachWay('types that grant nothing, and types that are none, are UNIMPLEMENTED', async (serve) => {
  const manager = (await serve(createChangingLibrary().connector)).connect(GrantManagerService);
  for (const type of ['reader', 'magazine']) {
    const entitlement = { id: 'e', resource: { id: { resourceType: type, resource: 'x' } } };
    for (const call of [
      manager.grant({ entitlement, principal: reader('r1') }),
      manager.revoke({ grant: { id: 'g', entitlement, principal: reader('r1') } }),
    ]) {
      const error = await failureOf(call);
      assert.deepEqual(
        [error.code, error.rawMessage],
        [Code.Unimplemented, `resource type ${type} does not have provisioner configured`],
      );
    }
  }
});

testEachWay('a request that lacks something is INVALID_ARGUMENT and told what', async (serve) => {
  const { connector, asked } = createChangingLibrary();
  const manager = (await serve(connector)).connect(GrantManagerService);
  const nobody = { id: { resourceType: 'reader', resource: '' } };
  const { id, entitlement, principal } = grantOf('b1', 'r1');
  for (const [call, field] of [
    [manager.grant({ principal }), /entitlement/],
    [manager.grant({ entitlement: { id: 'e' }, principal }), /entitlement\.resource/],
    [manager.grant({ entitlement: { id: 'e', resource: {} }, principal }), /entitlement\.resource\.id/],
    [manager.grant({ entitlement }), /principal/],
    [manager.grant({ entitlement, principal: {} }), /principal\.id/],
    [manager.grant({ entitlement, principal: nobody }), /principal\.id\.resource/],
    [manager.revoke({}), /grant/],
    [manager.revoke({ grant: { id, principal } }), /grant\.entitlement/],
    [manager.revoke({ grant: { id, entitlement: { id: 'e', resource: {} }, principal } }), /entitlement\.resource\.id/],
    [manager.revoke({ grant: { id, entitlement } }), /grant\.principal/],
    [manager.revoke({ grant: { id, entitlement, principal: nobody } }), /grant\.principal\.id\.resource/],
  ] as const) {
    const error = await failureOf(call);
    assert.equal(error.code, Code.InvalidArgument, error.message);
    assert.match(error.rawMessage, field);
  }
  assert.deepEqual([asked.grants, asked.revocations], [[], []]);
});
