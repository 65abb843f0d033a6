import assert from 'node:assert/strict';
import { ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import { createLibrary } from '../library-connector.ts';
import { createChangingLibrary } from './changing-library.ts';
import { testEachWay } from './each-way.ts';

testEachWay('the form for new accounts is that of the type whose accounts can be created', async (serve) => {
  const { connect } = await serve(createChangingLibrary().connector);
  const { metadata } = await connect(ConnectorService).getMetadata({});
  const { shelf } = metadata?.accountCreationSchema?.fieldMap ?? {};
  assert.deepEqual([metadata?.displayName, shelf?.displayName, shelf?.required], ['Changing library', 'Shelf', true]);
});

testEachWay('there is no form where no accounts can be created', async (serve) => {
  const { connect } = await serve(createLibrary().connector);
  assert.equal((await connect(ConnectorService).getMetadata({})).metadata?.accountCreationSchema, undefined);
});

testEachWay('what the connector can do is the same while changes are not allowed', async (serve) => {
  const { connector } = createChangingLibrary();
  const [allowed, refused] = [await serve(connector), await serve(connector, { provisioning: false })];
  const capabilitiesOf = async ({ connect }: typeof allowed) =>
    (await connect(ConnectorService).getMetadata({})).metadata?.capabilities;
  assert.deepEqual(await capabilitiesOf(refused), await capabilitiesOf(allowed));
});
