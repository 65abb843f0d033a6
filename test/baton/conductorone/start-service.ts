// Runs service mode in this process, against a simulated ConductorOne and with whatever services a test has.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { runService, type ServiceOptions } from '../../../src/baton/conductorone/run-service.ts';
import { createLogger } from '../../../src/baton/log/create-logger.ts';
import { createConnectorServices } from '../../../src/baton/services/connector-services.ts';
import type { ServiceEntry } from '../../../src/baton/services/service-entry.ts';
import type { ConductorOneOptions } from '../../../src/simulator/conductorone/conductorone-simulator.ts';
import { type StartedConductorOne, startConductorOne } from '../../simulator/conductorone/start-conductorone.ts';
import { quickServiceTiming } from './tasks/quick-service-timing.ts';

export interface StartedService {
  readonly conductorone: StartedConductorOne;
  /** Everything that was logged, at level debug. */
  readonly log: string[];
  /** Asks it to stop, and waits until it has. */
  stop(): Promise<void>;
  /** Settles as the service does. */
  readonly ended: Promise<void>;
  /** Names of what lies in its folder for temporary files. */
  listTemporary(): Promise<string[]>;
}

const bareServices = createConnectorServices(
  { metadata: { displayName: 'bare' }, resourceTypes: [] },
  { provisioning: true, ticketing: true },
);

/**
 * Starts it. It ends with the test.
 * @param services - Take the place of those of a connector without anything.
 */
export async function startService(
  t: TestContext,
  options: Partial<Omit<ServiceOptions, 'services' | 'syncSettings'>> & {
    readonly syncSettings?: Partial<ServiceOptions['syncSettings']>;
    readonly services?: readonly ServiceEntry[];
    readonly simulator?: Partial<ConductorOneOptions>;
    /** One that other replicas use, too, in place of one of its own. */
    readonly conductorone?: StartedConductorOne;
    /** Called before the service starts. */
    prepare?(conductorone: StartedConductorOne): void;
  } = {},
): Promise<StartedService> {
  const temporaryFolder = await mkdtemp(join(tmpdir(), 'service-test-'));
  const stopping = new AbortController();
  let ended: Promise<void> = Promise.resolve();
  const stop = async () => {
    stopping.abort();
    await ended.catch(() => {});
  };
  // Before ConductorOne goes: what is to be reported needs it.
  t.after(async () => {
    await stop();
    await rm(temporaryFolder, { recursive: true });
  });
  const conductorone = options.conductorone ?? (await startConductorOne(t, options.simulator));
  options.prepare?.(conductorone);
  const log: string[] = [];
  const sink = { write: (line: string) => void log.push(line) };
  const format = { level: 'debug', format: 'json', paths: [], cwd: '.', secrets: [] } as const;
  const { logger } = createLogger({ ...format, stdout: sink, stderr: sink });
  const { services: own = [] } = options;
  const services = [
    ...own,
    ...bareServices.filter(({ desc }) => !own.some((entry) => entry.desc.typeName === desc.typeName)),
  ];
  ended = runService({
    clientId: conductorone.clientId,
    clientSecret: conductorone.clientSecret,
    program: { name: 'baton-test', version: '1.2.3' },
    concurrency: 3,
    timing: quickServiceTiming,
    env: conductorone.env,
    logger,
    signal: stopping.signal,
    ...options,
    syncSettings: {
      ...{ temporaryFolder, skipFullSync: false, resourceTypeIds: [], workers: 1, secrets: [] },
      ...options.syncSettings,
    },
    services,
  });
  ended.catch(() => {});
  return { conductorone, log, stop, ended, listTemporary: () => readdir(temporaryFolder) };
}
