// The ConductorOne of `simulate`: hands out a sync at intervals and reports how it ended.
import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Output } from 'baton-connector-sdk';
import {
  type ConductorOneSimulator,
  startConductorOneSimulator,
} from '../simulator/conductorone/conductorone-simulator.ts';
import { createConnectorEnv } from '../simulator/conductorone/connector-env.ts';

interface SimulateConductorOneOptions {
  readonly port: number;
  /** The folder for uploads and the certificate. */
  readonly folder: string;
  /** The pause between the end of a sync and the next one. */
  readonly syncEveryMs: number;
  readonly stdout: Output;
  readonly signal: AbortSignal;
}

interface SimulatedConductorOne extends AsyncDisposable {
  /** The variables that point a connector to it. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts it. Hands out syncs until the signal aborts. */
export async function simulateConductorOne(options: SimulateConductorOneOptions): Promise<SimulatedConductorOne> {
  const { folder, port } = options;
  await mkdir(folder, { recursive: true });
  const simulator = await startConductorOneSimulator({ port, uploadFolder: folder });
  const env = await createConnectorEnv(simulator, folder);
  void handOutSyncs(simulator, options).catch(() => {
    // The signal has aborted.
  });
  return {
    env,
    [Symbol.asyncDispose]: simulator.close,
  };
}

async function handOutSyncs(
  { tasks, uploads }: ConductorOneSimulator,
  { syncEveryMs, stdout, signal }: SimulateConductorOneOptions,
): Promise<void> {
  for (;;) {
    const id = tasks.add({ case: 'syncFull', value: {} });
    const { finalState, status } = await tasks.finished(id);
    const files = uploads.of(id).map(({ path, bytes }) => `${path} (${bytes} bytes)`);
    const outcome = finalState.case === 'success' ? files.join(', ') : `failed: ${status?.message ?? ''}`;
    stdout.write(`sync ${id}: ${outcome}\n`);
    await sleep(syncEveryMs, undefined, { signal });
  }
}
