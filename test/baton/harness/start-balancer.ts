// A load balancer in front of several servers: each new connection goes to the next of them.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { ListenAddress } from '../../../src/baton/server/listen-address.ts';

export async function startBalancer(t: TestContext, servers: readonly ListenAddress[]): Promise<ListenAddress> {
  const sockets = new Set<Socket>();
  let connections = 0;
  // Without a delay, or a small frame waits 40 ms for the acknowledgement of the one before.
  const balancer = createServer({ noDelay: true }, (client) => {
    const server = connect({ ...(servers[connections++ % servers.length] ?? assertNever()), noDelay: true });
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  balancer.listen(0, '127.0.0.1');
  await once(balancer, 'listening');
  t.after(() => {
    balancer.close();
    for (const socket of sockets) {
      socket.destroy();
    }
  });
  return { host: '127.0.0.1', port: (balancer.address() as AddressInfo).port };
}

function assertNever(): never {
  throw new Error('there is no server to balance to');
}
