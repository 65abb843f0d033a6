// A real SOCKS5 proxy on a free port of this machine (RFC 1928, RFC 1929).
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

export interface RunningSocksProxy {
  /** `127.0.0.1:34567`. */
  readonly host: string;
  /** The servers that it was asked for: `host:port`. */
  readonly asked: readonly string[];
}

export interface SocksProxyOptions {
  /** `user:password`; without it, it takes everybody. */
  readonly credentials?: string | undefined;
  /** A reply code with which it refuses, such as 2: not allowed. */
  readonly refuseWith?: number | undefined;
}

const methods = { none: 0, password: 2, refused: 0xff };

/** Starts a proxy that takes every host for this machine. It ends with the test. */
export async function startSocksProxy(t: TestContext, options: SocksProxyOptions = {}): Promise<RunningSocksProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    serve(socket, asked, options).catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

async function serve(socket: Socket, asked: string[], { credentials, refuseWith = 0 }: SocksProxyOptions) {
  const [, count = 0] = await read(socket, 2);
  const offered = await read(socket, count);
  const wanted = credentials === undefined ? methods.none : methods.password;
  const method = offered.includes(wanted) ? wanted : methods.refused;
  socket.write(Buffer.from([5, method]));
  if (method === methods.password) {
    const user = await read(socket, (await read(socket, 2))[1] ?? 0);
    const password = await read(socket, (await read(socket, 1))[0] ?? 0);
    socket.write(Buffer.from([1, `${user}:${password}` === credentials ? 0 : 1]));
  }
  const [, , , addressType] = await read(socket, 4);
  const isName = addressType === 3;
  const address = await read(socket, isName ? ((await read(socket, 1))[0] ?? 0) : addressType === 1 ? 4 : 16);
  const port = (await read(socket, 2)).readUInt16BE();
  asked.push(`${isName ? address : address.join('.')}:${port}`);
  socket.write(Buffer.from([5, refuseWith, 0, 1, 0, 0, 0, 0, 0, 0]));
  if (refuseWith !== 0) return;
  const onward = connect(port, '127.0.0.1');
  onward.on('error', () => socket.destroy());
  socket.on('error', () => {}).on('close', () => onward.destroy());
  socket.pipe(onward).pipe(socket);
}

async function read(socket: Socket, bytes: number): Promise<Buffer> {
  for (;;) {
    const chunk: Buffer | null = bytes === 0 ? Buffer.alloc(0) : socket.read(bytes);
    if (chunk) return chunk;
    await once(socket, 'readable');
    if (socket.readableEnded) throw new Error('ended');
  }
}
