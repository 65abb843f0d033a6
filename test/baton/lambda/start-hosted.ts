// A connector program that runs hosted, with the simulated services around it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type HostedServices, startHostedServices } from './hosted-services.ts';

export interface HostedProcess {
  readonly pid: number;
  /** Resolves with the exit code, or the signal, and everything that it wrote. */
  readonly ended: Promise<{
    readonly exit: number | NodeJS.Signals | null;
    readonly stdout: string;
    readonly stderr: string;
  }>;
  kill(signal: NodeJS.Signals): void;
}

export interface Hosted extends AsyncDisposable, Pick<HostedServices, 'conductorone' | 'lambda' | 'invoker'> {
  /** Starts a process of the program. `env` adds to its variables; undefined removes one. */
  start(env?: Readonly<Record<string, string | undefined>>): HostedProcess;
}

const main = join(import.meta.dirname, '../../../src/main.ts');

/** Starts the services. The program is the connector for Percipio. */
export async function startHosted(options: Parameters<typeof startHostedServices>[0]): Promise<Hosted> {
  const stack = new AsyncDisposableStack();
  const services = stack.use(await startHostedServices(options));
  const { conductorone, lambda, invoker, folder } = services;
  return {
    conductorone,
    lambda,
    invoker,
    start: (env = {}) => {
      const child = spawn(process.execPath, [main, 'lambda'], {
        stdio: ['ignore', 'pipe', 'pipe'],
        cwd: folder,
        env: { PATH: process.env.PATH, ...services.env, ...env },
      });
      stack.defer(() => void child.kill('SIGKILL'));
      const exited = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
      void exited.then(() => lambda.lose());
      const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
      const ended = exited.then(async ([code, signal]) => ({
        exit: code ?? signal,
        stdout: await stdout,
        stderr: await stderr,
      }));
      return { pid: child.pid ?? 0, ended, kill: (signal) => void child.kill(signal) };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
