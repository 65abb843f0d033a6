// A connector program that runs hosted, with the simulated services around it.
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type HostedServices, startHostedServices } from './hosted-services.ts';

export interface HostedProcess {
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
  const services = await startHostedServices(options);
  return {
    ...services,
    start: (env = {}) => {
      const child = services.start([process.execPath, main, 'lambda'], { output: 'pipe', env });
      const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
      const [stdout, stderr] = [child.stdout, child.stderr].map(async (stream) => (stream ? await text(stream) : ''));
      const ended = closed.then(async ([code, signal]) => ({
        exit: code ?? signal,
        stdout: (await stdout) ?? '',
        stderr: (await stderr) ?? '',
      }));
      return { ended, kill: (signal) => void child.kill(signal) };
    },
    [Symbol.asyncDispose]: () => services[Symbol.asyncDispose](),
  };
}
