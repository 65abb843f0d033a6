// Starts a simulated ConductorOne that ends with its test, and writes the certificate that its callers must trust.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import {
  type ConductorOneOptions,
  type ConductorOneSimulator,
  startConductorOneSimulator,
} from '../../../src/simulator/conductorone/conductorone-simulator.ts';
import { createConnectorEnv } from '../../../src/simulator/conductorone/connector-env.ts';

export interface StartedConductorOne extends ConductorOneSimulator {
  /** What a connector is told, as variables. */
  readonly env: Readonly<Record<string, string>>;
}

export async function startConductorOne(
  t: TestContext,
  options: Partial<ConductorOneOptions> = {},
): Promise<StartedConductorOne> {
  const folder = await mkdtemp(join(tmpdir(), 'conductorone-test-'));
  const simulator = await startConductorOneSimulator({
    uploadFolder: join(folder, 'uploads'),
    nextPollMs: 5,
    ...options,
  });
  t.after(async () => {
    await simulator.close();
    await rm(folder, { recursive: true });
  });
  return { ...simulator, env: await createConnectorEnv(simulator, folder) };
}
