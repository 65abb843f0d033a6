import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { EventService } from '#gen/c1/connector/v2/event_feed_pb.js';
import { GrantsService } from '#gen/c1/connector/v2/grant_pb.js';
import type { HarnessReport } from '../../../src/baton/harness/report/harness-report.ts';
import type { ListenAddress } from '../../../src/baton/server/listen-address.ts';
import type { ServiceEntry } from '../../../src/baton/services/service-entry.ts';
import { judgeAddress, serve } from './judge-connector.ts';
import { changeService } from './plant-fault.ts';
import { createFullServices } from './sound-connector.ts';

/** What stands before a server, until it is cut: then nothing listens there any more. */
async function startCable(t: TestContext, target: () => ListenAddress) {
  const sockets = new Set<Socket>();
  const cable = createServer((socket) => {
    const server = connect(target());
    for (const end of [socket, server]) {
      sockets.add(end);
      end.on('error', () => {});
    }
    socket.pipe(server).pipe(socket);
  });
  const cut = () => {
    cable.close();
    for (const socket of sockets) socket.destroy();
  };
  t.after(cut);
  cable.listen(0, '127.0.0.1');
  await once(cable, 'listening');
  const { port } = cable.address() as AddressInfo;
  return { address: { host: '127.0.0.1', port }, cut };
}

/** The report on a connector that is gone when the harness makes a certain call. */
async function judgeDying(t: TestContext, plant: (die: () => void) => readonly ServiceEntry[]): Promise<HarnessReport> {
  let server: ListenAddress | undefined;
  const { address, cut } = await startCable(t, () => server ?? assert.fail('no server'));
  server = await serve(t, plant(cut));
  const report = await judgeAddress(t, address);
  assert.equal(
    report.cause,
    `the connector stopped responding: nothing is listening on 127.0.0.1:${address.port}: start the connector's server, or correct the address (ECONNREFUSED)`,
  );
  return report;
}

const notRun = ({ checks }: HarnessReport) => checks.filter(({ isNotRun }) => isNotRun).map(({ id }) => id);
const failed = ({ checks }: HarnessReport) => checks.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id);

test('a connector that dies during the walk: the listing that failed, and no other check', async (t) => {
  const report = await judgeDying(t, (die) =>
    changeService(createFullServices(), GrantsService, () => ({
      listGrants: () => {
        die();
        return {};
      },
    })),
  );
  assert.deepEqual(failed(report), ['listings-answer']);
  assert.deepEqual(
    report.checks.map(({ id }) => id).filter((id) => !notRun(report).includes(id)),
    ['connector-answers', 'listings-answer'],
  );
});

test('a connector that dies during a check: that one failed, and those after it are not run', async (t) => {
  const report = await judgeDying(t, (die) =>
    changeService(createFullServices(), EventService, () => ({
      listEventFeeds: () => {
        die();
        return {};
      },
    })),
  );
  assert.deepEqual(failed(report), ['event-feeds-agree']);
  assert.ok(notRun(report).length > 0 && !notRun(report).includes('grants-valid'));
});
