// A connector that may change people, against a simulator with a few of them.
import { generateKeyPairSync } from 'node:crypto';
import type { TestContext } from 'node:test';
import type { DescService, MessageInitShape } from '@bufbuild/protobuf';
import { createContextValues } from '@connectrpc/connect';
import { pino } from 'pino';
import type {
  CredentialOptions_RandomPasswordSchema,
  EncryptedData,
  RotateCredentialRequestSchema,
} from '#gen/c1/connector/v2/resource_pb.js';
import { createInProcessClient, type UnaryClient } from '../../../src/baton/client/in-process-client.ts';
import { parseClientKey } from '../../../src/baton/conductorone/credentials/client-secret.ts';
import { decryptPassword } from '../../../src/baton/credentials/decrypt-password.ts';
import { encryptSecret } from '../../../src/baton/credentials/encrypt-secret.ts';
import { loggerKey } from '../../../src/baton/services/call-context.ts';
import { createConnectorServices } from '../../../src/baton/services/connector-services.ts';
import type { PercipioUser } from '../../../src/simulator/percipio/organization/api-objects.ts';
import type { PercipioSimulator } from '../../../src/simulator/percipio/percipio-simulator.ts';
import type { PercipioSimulatorOptions } from '../../../src/simulator/percipio/simulator-options.ts';
import { configFor } from '../../baton/credentials/config-for.ts';
import type { Lifetime } from '../../lifetime.ts';
import { startSimulator } from '../../simulator/percipio/start-simulator.ts';
import { type StartOptions, startConnector } from '../start-connector.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const jwk = Buffer.from(JSON.stringify(privateKey.export({ format: 'jwk' }))).toString('base64url');
const clientKey = await parseClientKey(`secret-token:conductorone.com:v1:${jwk}`);

export interface Provisioning {
  readonly simulator: PercipioSimulator;
  readonly connect: <Desc extends DescService>(desc: Desc) => UnaryClient<Desc>;
  /** Method and path behind the organization of each request, in order. */
  readonly calls: () => string[];
  /** The bodies of the writes that Percipio carried out, in order. */
  readonly written: () => unknown[];
  /** All that was logged, at any level. */
  readonly log: () => string;
  /** The same with another connector, which knows nothing of the first one, as after a restart. */
  readonly restarted: () => Provisioning;
}

/** Of the simulator, the connector, and the calls. */
export interface ProvisioningOptions extends PercipioSimulatorOptions, Pick<StartOptions, 'settings'> {
  readonly signal?: AbortSignal;
  /** How often a change is tried that fails for the moment. Default 1. */
  readonly attempts?: number;
}

export async function startProvisioning(
  t: Lifetime & Partial<Pick<TestContext, 'signal'>>,
  users: PercipioUser[],
  {
    signal = t.signal ?? new AbortController().signal,
    settings = {},
    attempts = 1,
    ...options
  }: ProvisioningOptions = {},
): Promise<Provisioning> {
  const simulator = await startSimulator(t, { users: 0, courses: 0, activityRows: 0, ...options });
  simulator.data.users = users;
  const lines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line) => lines.push(line) });
  const retries = { attemptsMax: attempts, delayMinMs: 1, delayMaxMs: 2 };
  const contextValues = createContextValues().set(loggerKey, logger);
  const start = (): Provisioning['connect'] => {
    const { connector } = startConnector(t, simulator, { logger, settings });
    const services = createConnectorServices(connector, { provisioning: true, ticketing: false, clientKey, retries });
    return (desc) => createInProcessClient(desc, services, { contextValues, signal });
  };
  const started: Omit<Provisioning, 'connect'> = {
    simulator,
    calls: () =>
      simulator.requests.all.map(
        ({ method, path }) => `${method} ${path.slice(path.indexOf('/', path.indexOf(simulator.organizationId)))}`,
      ),
    written: () => simulator.requests.writes().flatMap(({ result, body }) => (result && result < 300 ? [body] : [])),
    log: () => lines.join(''),
    restarted: () => ({ ...started, connect: start() }),
  };
  return started.restarted();
}

type CredentialFields = Pick<
  MessageInitShape<typeof RotateCredentialRequestSchema> & { $typeName?: never },
  'credentialOptions' | 'encryptionConfigs'
>;

/** A request for a password that is made up, and that {@link decrypt} can read. */
export function randomPassword(
  value: MessageInitShape<typeof CredentialOptions_RandomPasswordSchema> = { length: 16n },
  forceChangeAtNextLogin = false,
): CredentialFields {
  return {
    credentialOptions: { forceChangeAtNextLogin, options: { case: 'randomPassword', value } },
    encryptionConfigs: [configFor(publicKey)],
  };
}

/** A request for a password that the caller chose. */
export async function chosenPassword(password: string): Promise<CredentialFields> {
  const secret = { name: 'password', description: '', bytes: Buffer.from(password) };
  const encryptedPasswords = await encryptSecret(secret, [configFor(publicKey)]);
  return { credentialOptions: { options: { case: 'encryptedPassword', value: { encryptedPasswords } } } };
}

export function decrypt(encryptedData: readonly EncryptedData[]): Promise<string> {
  return decryptPassword(encryptedData, clientKey);
}
