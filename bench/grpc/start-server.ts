// Starts a connector as a gRPC server: with `serve` in plaintext, or as a child process with mutual TLS, like a runner.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { toConfigLine } from '../../test/baton/child/parent.ts';
import { type Account, accountFlags, type Connector } from '../connectors.ts';
import { endWithBenchmark } from '../process/end-with-benchmark.ts';
import type { Target } from './grpc-connection.ts';

export const serverModes = ['serve', 'child'] as const;
/** `child` works with every connector that a runner can start; only ours has `serve`. */
export type ServerMode = (typeof serverModes)[number];

export interface StartedServer extends Target, AsyncDisposable {
  readonly pid: number;
  /** From `performance.now()`, right before the process was created. */
  readonly startedAtMs: number;
  /** Rejects with the process's output if it ends before it was stopped. */
  readonly ended: Promise<never>;
}

/** @param folder - For its temporary files and its log, `server.log`. */
export async function startServer(
  connector: Connector,
  mode: ServerMode,
  account: Account,
  folder: string,
): Promise<StartedServer> {
  return mode === 'serve' ? await serve(connector, account, folder) : await startChild(connector, account, folder);
}

async function serve({ words: [program = '', ...argv], env }: Connector, account: Account, folder: string) {
  const startedAtMs = performance.now();
  const child = spawn(program, [...argv, 'serve', '--listen=127.0.0.1:0', ...accountFlags(account)], {
    cwd: folder,
    env: { ...env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const running = watch(child, folder);
  const address = (await readAddress(child)) ?? (await running.ended);
  return { ...running, startedAtMs, url: `http://${address}` };
}

/** Undefined if it ends before it reports its address. */
async function readAddress({ stdout }: ChildProcess): Promise<string | undefined> {
  if (!stdout) return undefined;
  for await (const line of createInterface(stdout)) {
    const [, address] = /listens at (\S+)/.exec(line) ?? [];
    if (address) {
      // Leaving the loop pauses the stream, and an unread pipe could block the server.
      stdout.resume();
      return address;
    }
  }
  return undefined;
}

/** Like the Go SDK: a listener as file descriptor 3, a line on stdin, and a pipe that stays open. */
async function startChild({ words: [program = '', ...argv], env }: Connector, account: Account, folder: string) {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const startedAtMs = performance.now();
  const child = spawn(program, [...argv, ...accountFlags(account), '_connector-service'], {
    cwd: folder,
    env: { ...env, TMPDIR: folder, BATON_CONNECTOR_SERVICE_LISTENER_FD: '3' },
    stdio: ['pipe', 'pipe', 'pipe', fileDescriptorOf(listener)],
  });
  // The child owns it now; connections must not arrive here.
  listener.close();
  // A child that rejects its line may exit before it is fully written.
  child.stdin?.on('error', () => {});
  child.stdin?.write(`${toConfigLine({ listenPort: port })}\n`);
  return { ...watch(child, folder), startedAtMs, url: `https://127.0.0.1:${port}` };
}

function watch(child: ChildProcess, folder: string) {
  endWithBenchmark(child);
  const log = createWriteStream(join(folder, 'server.log'));
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  const exited = once(child, 'exit');
  const ended = exited.then(async ([code, signal]): Promise<never> => {
    const said = await readFile(join(folder, 'server.log'), 'utf8');
    throw new Error(`the server exited with ${code ?? signal}:\n${said.slice(-2000)}`);
  });
  ended.catch(() => {});
  return {
    pid: child.pid ?? 0,
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exited;
      log.end();
    },
  };
}

/** Node has it, but no public API for it. */
function fileDescriptorOf(server: Server): number {
  const { _handle } = server as Server & { readonly _handle?: { readonly fd: number } };
  return _handle?.fd ?? -1;
}
