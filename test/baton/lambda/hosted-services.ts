// The simulated services around a hosted connector: AWS Lambda, and ConductorOne, which also syncs it through invocations.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { createConnectorClients } from '../../../src/baton/client/connector-clients.ts';
import { encryptAgeFile } from '../../../src/baton/credentials/age-encryption.ts';
import { sshEd25519Recipient } from '../../../src/baton/credentials/age-ssh-ed25519.ts';
import { wholeSync } from '../../../src/baton/sync/sync-context.ts';
import { SyncTally } from '../../../src/baton/sync/sync-tally.ts';
import { type SyncedFile, syncToFile } from '../../../src/baton/sync/sync-to-file.ts';
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
import type { PercipioSimulator } from '../../../src/simulator/percipio/percipio-simulator.ts';

export interface HostedServices extends AsyncDisposable {
  readonly conductorone: HostedSimulator;
  readonly lambda: LambdaSimulator;
  readonly invoker: Invoker;
  /** A temporary folder for what the connector writes. */
  readonly folder: string;
  /** The variables that start a connector on this machine. */
  readonly env: Readonly<Record<string, string>> & {
    /** A file in a folder of its own. */
    readonly BATON_LAMBDA_CA_CERT_PATH: string;
  };
  /**
   * Starts a connector, which is killed with the services, as AWS Lambda does. What waits for it fails when it ends.
   * @param words - Its command, with `lambda`.
   */
  start(words: readonly string[], options: StartOptions): ChildProcess;
  /** Syncs the connector into a file, which ends with the services. */
  sync(logger: Logger): Promise<SyncedFile>;
}

interface StartOptions {
  /** Where stdout and stderr go. */
  readonly output: 'inherit' | 'pipe';
  /** Adds to its variables; undefined removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Starts the services; their end is not that of a process that uses them. */
export async function startHostedServices(
  options: Omit<HostedOptions, 'encrypt'> & LambdaSimulatorOptions,
): Promise<HostedServices> {
  await using stack = new AsyncDisposableStack();
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
  const certificates = join(folder, 'certificates');
  await mkdir(certificates);
  const certificatePath = join(certificates, 'ca.pem');
  await writeFile(certificatePath, conductorone.certificate);
  const env = {
    ...conductorone.env,
    ...invoker.env,
    AWS_LAMBDA_RUNTIME_API: lambda.host,
    BATON_LAMBDA_CA_CERT_PATH: certificatePath,
  };
  const started = stack.move();
  return {
    ...{ conductorone, lambda, invoker, folder, env },
    start: ([program = '', ...argv], { output, env: further }) => {
      const child = spawn(program, argv, {
        stdio: ['ignore', output, output],
        cwd: folder,
        env: { PATH: process.env.PATH, ...env, ...further },
      });
      const ended = once(child, 'close').then(() => lambda.lose());
      started.defer(async () => {
        child.kill('SIGKILL');
        await ended;
      });
      return child;
    },
    sync: (logger) =>
      syncToFile({
        path: join(folder, 'hosted.c1z'),
        temporaryFolder: undefined,
        keptFullSyncs: undefined,
        services: (signal) => createConnectorClients((desc) => invoker.client(desc, signal)),
        logger,
        observer: new SyncTally(() => {}),
        signal: new AbortController().signal,
        ...wholeSync,
      }),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** The config of a connector for a simulated Percipio. */
export function createHostedConfig({ token, organizationId, url }: PercipioSimulator): HostedOptions['config'] {
  return { 'api-token': token, 'organization-id': organizationId, 'base-url': url };
}
