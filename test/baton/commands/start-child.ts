// Starts the program as a program made with the Go SDK starts its connector: a listener as file descriptor 3, a line on
// stdin, and a pipe that stays open.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { TestContext } from 'node:test';
import type { ConnectionOptions } from 'node:tls';
import { fileURLToPath } from 'node:url';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Transport } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import type { ServerConfigSchema } from '#gen/c1/connector_wrapper/v1/connector_wrapper_pb.js';
import { toConfigLine } from '../child/parent.ts';
import { mutualClient } from '../server/tls-fixture.ts';

export interface ChildOptions {
  /** The parent's own command line. */
  readonly argv?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Whether the child gets the listener, or is only told the port of one that is closed. Default: it gets it. */
  readonly handsOver?: boolean;
  /** Beside credential and port. */
  readonly config?: MessageInitShape<typeof ServerConfigSchema>;
}

export interface StartedChild {
  readonly process: ChildProcess;
  /** Code and signal. */
  readonly exited: Promise<[number | null, NodeJS.Signals | null]>;
  /** What it has written so far. */
  readonly text: { stdout: string; stderr: string };
  /** Calls it, with the certificate of its parent unless other options for TLS are given. */
  connect(tls?: ConnectionOptions): Transport;
  /** Closes the pipe, as the death of the parent does. */
  die(): void;
}

/** The settings that the program needs, of nobody. */
export const someSettings = ['--organization-id=3f2504e0-4f89-41d3-9a0c-0305e82c3301', '--api-token=token'];

export async function startChild(t: TestContext, options: ChildOptions = {}): Promise<StartedChild> {
  const { argv = someSettings, handsOver = true } = options;
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  t.after(() => listener.close());
  const { port } = listener.address() as AddressInfo;

  const main = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('BATON_'));
  const child = spawn(process.execPath, [main, ...argv, '_connector-service'], {
    stdio: ['pipe', 'pipe', 'pipe', ...(handsOver ? [fileDescriptorOf(listener)] : [])],
    env: {
      ...Object.fromEntries(inherited),
      ...(handsOver && { BATON_CONNECTOR_SERVICE_LISTENER_FD: '3' }),
      ...options.env,
    },
  });
  t.after(() => child.kill('SIGKILL'));
  // The child has it now; connections must not come here.
  listener.close();

  const text = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => {
    text.stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    text.stderr += chunk;
  });
  // A child that refuses its line may have gone before it is written.
  child.stdin?.on('error', () => {});
  child.stdin?.write(`${toConfigLine({ listenPort: port, ...options.config } as typeof options.config & {})}\n`);

  return {
    process: child,
    exited: once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
    text,
    connect: (tls = mutualClient) => {
      const baseUrl = `https://127.0.0.1:${port}`;
      const sessionManager = new Http2SessionManager(baseUrl, {}, tls);
      t.after(() => sessionManager.abort());
      return createGrpcTransport({ baseUrl, sessionManager });
    },
    die: () => child.stdin?.end(),
  };
}

/** Node has it, and no public way to it. */
function fileDescriptorOf(server: Server): number {
  const { _handle } = server as Server & { readonly _handle?: { readonly fd: number } };
  return _handle?.fd ?? -1;
}
