// A connector program that runs hosted, with the simulated services around it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { encryptAgeFile } from '../../../src/baton/credentials/age-encryption.ts';
import { sshEd25519Recipient } from '../../../src/baton/credentials/age-ssh-ed25519.ts';
import {
  type HostedOptions,
  type HostedSimulator,
  startHostedSimulator,
} from '../../../src/simulator/conductorone/hosted/hosted-simulator.ts';
import { Invoker } from '../../../src/simulator/lambda/invoker.ts';
import {
  type LambdaSimulator,
  type LambdaSimulatorOptions,
  startLambdaSimulator,
} from '../../../src/simulator/lambda/runtime-api.ts';

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

export interface Hosted extends AsyncDisposable {
  readonly conductorone: HostedSimulator;
  readonly lambda: LambdaSimulator;
  readonly invoker: Invoker;
  /** Starts a process of the program. `env` adds to its variables; undefined removes one. */
  start(env?: Readonly<Record<string, string | undefined>>): HostedProcess;
}

const main = join(import.meta.dirname, '../../../src/main.ts');

/** Starts the services. The program is the connector for Percipio. */
export async function startHosted(options: Omit<HostedOptions, 'encrypt'> & LambdaSimulatorOptions): Promise<Hosted> {
  const stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'hosted-'));
  stack.defer(() => rm(folder, { recursive: true }));
  const conductorone = stack.use(
    await startHostedSimulator({
      ...options,
      encrypt: (publicKey, config) => encryptAgeFile(sshEd25519Recipient(publicKey), config),
    }),
  );
  const lambda = stack.use(await startLambdaSimulator(options));
  const invoker = new Invoker(lambda);
  const certificatePath = join(folder, 'ca.pem');
  await writeFile(certificatePath, conductorone.certificate);
  return {
    conductorone,
    lambda,
    invoker,
    start: (env = {}) => {
      const child = spawn(process.execPath, [main, 'lambda'], {
        stdio: ['ignore', 'pipe', 'pipe'],
        cwd: folder,
        env: {
          PATH: process.env.PATH,
          AWS_LAMBDA_RUNTIME_API: lambda.host,
          BATON_LAMBDA_CA_CERT_PATH: certificatePath,
          ...conductorone.env,
          ...invoker.env,
          ...env,
        },
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
