// The attackers of the soak do what they are for.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import pino from 'pino';
import { GrantsServiceListGrantsRequestSchema } from '#gen/c1/connector/v2/grant_pb.js';
import { Attack, IdleSockets } from '../../../bench/soak/attackers.ts';
import { startGrpcServer } from '../../../src/baton/server/grpc/grpc-server.ts';
import { createGate } from '../../../src/baton/server/limits/gate.ts';
import { untimedLimits } from '../../../src/baton/server/limits/server-limits.ts';
import { formatListenAddress } from '../../../src/baton/server/listen-address.ts';
import { createConnectorServices } from '../../../src/baton/services/connector-services.ts';
import { createLibrary } from '../../baton/library-connector.ts';
import { until } from '../../baton/server/until.ts';

const grantsOfBook = create(GrantsServiceListGrantsRequestSchema, {
  resource: { id: { resourceType: 'book', resource: 'b1' } },
});

test('they hold bytes and connections, and leave nothing', async (t) => {
  const logger = pino({ level: 'silent' });
  const gate = createGate(logger, untimedLimits);
  const server = await startGrpcServer({
    services: createConnectorServices(createLibrary().connector, { provisioning: false, ticketing: false }),
    listen: { host: '127.0.0.1', port: 0 },
    logger,
    gate,
    drainTimeoutMs: 0,
  });
  t.after(() => server.close());
  const url = `http://${formatListenAddress(server.address)}`;
  {
    using sender = await Attack.connect(url);
    using reader = await Attack.connect(url, 0);
    using sockets = await IdleSockets.connect(url, 10);
    sender.sendUnfinished(1024 * 1024);
    await until('the message has arrived but for a byte', () => gate.bytes.bytes > 1024 * 1024);
    const unread = reader.ask(toBinary(GrantsServiceListGrantsRequestSchema, grantsOfBook));
    assert.ok(unread);
    await once(unread, 'response');
    // The library has no courses, and an error is not held back: what came before it would be read by now.
    const failed = reader.ask();
    assert.ok(failed);
    await once(failed, 'close');
    assert.equal(unread.closed, false);
    await until('all are connected', () => gate.connections.size === 12);
    assert.equal(sockets.closed, 0);
  }
  await until('nothing is held', () => gate.bytes.bytes === 0 && gate.connections.size === 0);
});
