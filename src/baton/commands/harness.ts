// `harness`: checks a Baton connector over gRPC, ours or any other, against the contract.
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { UsageError } from '../author/usage-error.ts';
import type { Command, Invocation } from '../command-line/command.ts';
import { choiceField, durationField, intField, stringField } from '../config/create-field.ts';
import type { Field } from '../config/field.ts';
import { c1zTempDir, file } from '../config/fields/sync.ts';
import type { Connection, TlsOptions } from '../harness/connection.ts';
import { formatJson } from '../harness/report/format-json.ts';
import { formatJunit } from '../harness/report/format-junit.ts';
import { formatText } from '../harness/report/format-text.ts';
import { countOutcomes } from '../harness/report/harness-report.ts';
import { checkListenAddress, isLoopback, type ListenAddress, parseListenAddress } from '../server/listen-address.ts';

const common = { exportTarget: 'none' } as const;

const address = stringField({
  ...common,
  name: 'address',
  description: 'Where the connector listens, as host:port',
  required: true,
  check: checkListenAddress,
});
const replica = stringField({
  ...common,
  name: 'replica',
  description: 'Where another process of the same connector listens, which page tokens are tried at',
  check: checkListenAddress,
});
const tlsCa = stringField({
  ...common,
  name: 'tls-ca',
  description: "PEM file with the authorities of the server's certificate (default: those of the system)",
  pathTo: 'file',
});
const tlsCert = stringField({
  ...common,
  name: 'tls-cert',
  description: 'PEM file with a certificate to show to the server',
  pathTo: 'file',
});
const tlsKey = stringField({
  ...common,
  name: 'tls-key',
  description: 'PEM file with the key of --tls-cert',
  pathTo: 'file',
});
const tlsServerName = stringField({
  ...common,
  name: 'tls-server-name',
  description: "Name that the server's certificate has (default: the host of the address)",
});
const timeout = durationField({
  ...common,
  name: 'timeout',
  description: 'How long all of it may take',
  default: '10m',
  check: checkTimeout,
});
const callTimeout = durationField({
  ...common,
  name: 'call-timeout',
  description: 'How long one call may take',
  default: '1m',
  check: checkTimeout,
});
const itemsMax = intField({
  ...common,
  name: 'max-items',
  description: 'How many resources, entitlements and grants of each resource type are walked at the most',
  default: 2_000_000,
  gte: 1,
});
const junit = stringField({
  ...common,
  name: 'junit',
  description: 'File to write the report to as JUnit XML',
  pathTo: 'file',
});
const output = choiceField({
  ...common,
  name: 'output',
  description: 'How the report is printed: text for people, json for scripts',
  oneOf: ['text', 'json'],
  default: 'text',
});

export const harnessCommand: Command = {
  name: 'harness',
  summary: 'Checks a Baton connector over gRPC against the contract',
  description:
    'Walks through a Baton connector over gRPC, whoever wrote it, checks that it keeps to the contract, and reports each check as passed, failed or not applicable. Nothing is ever changed in the application. Plaintext is spoken on this machine alone, and there only without a --tls flag. With --file, a sync is written too. Exit code 1 if a check failed.',
  fields: [address, replica, tlsCa, tlsCert, tlsKey, tlsServerName, timeout, callTimeout, itemsMax, junit, output],
  constraints: [{ kind: 'required-together', fields: [tlsCert, tlsKey] }],
  needsConnectorSettings: false,
  async run(invocation) {
    const { settings, logger, host } = invocation;
    // No other command needs a client: none waits until it is loaded.
    const { runHarness } = await import('../harness/run-harness.ts');
    const replicaAddress = settings.get(replica);
    const report = await runHarness({
      connect: await prepareConnection(invocation, parseListenAddress(settings.get(address))),
      connectToReplica: replicaAddress
        ? await prepareConnection(invocation, parseListenAddress(replicaAddress))
        : undefined,
      callTimeoutMs: settings.get(callTimeout),
      timeLimit: AbortSignal.timeout(settings.get(timeout)),
      itemsMax: settings.get(itemsMax),
      // The file of the syncs that run here otherwise is not meant.
      file:
        settings.sourceOf(file) === 'flag'
          ? {
              path: resolve(host.cwd, settings.get(file)),
              temporaryFolder: settings.get(c1zTempDir) ?? host.env.BATON_TMPDIR,
            }
          : undefined,
      logger,
      signal: host.signal,
    });
    const junitPath = settings.get(junit);
    if (junitPath !== undefined) {
      await writeFile(resolve(host.cwd, junitPath), formatJunit(report));
    }
    host.stdout.write(settings.get(output) === 'json' ? formatJson(report) : formatText(report));
    return countOutcomes(report).failed > 0 ? 1 : 0;
  },
};

/** Timers and gRPC deadlines have limits of some weeks and days; nobody waits that long. */
function checkTimeout(valueMs: number): string | undefined {
  return valueMs > 24 * 3_600_000 ? 'must not be more than 24h' : undefined;
}

/** Reads the certificates once, and finds out whether they can be used. */
async function prepareConnection(invocation: Invocation, address: ListenAddress): Promise<() => Connection> {
  const { createConnection } = await import('../harness/connection.ts');
  const tls = await readTls(invocation, !isLoopback(address));
  try {
    createSecureContext({ ca: tls?.ca, cert: tls?.cert, key: tls?.key });
  } catch (error) {
    throw new UsageError([`--tls-ca, --tls-cert, --tls-key: cannot be used: ${(error as Error).message}`]);
  }
  return () => createConnection(address, tls);
}

/** @param isRequired - Whether it is TLS without any flag, too. */
async function readTls({ settings, host }: Invocation, isRequired: boolean): Promise<TlsOptions | undefined> {
  const faults: string[] = [];
  const read = async (field: Field<string | undefined>) => {
    const path = settings.get(field);
    if (path === undefined) {
      return undefined;
    }
    try {
      const text = await readFile(resolve(host.cwd, path), 'utf8');
      // Node takes an empty one for none at all.
      if (!text.includes('-----BEGIN ')) {
        faults.push(`--${field.name}: ${path} holds nothing in PEM form (-----BEGIN …-----)`);
      }
      return text;
    } catch (error) {
      faults.push(`--${field.name}: ${path} cannot be read: ${(error as Error).message}`);
      return undefined;
    }
  };
  const [ca, cert, key] = [await read(tlsCa), await read(tlsCert), await read(tlsKey)];
  if (faults.length > 0) {
    throw new UsageError(faults);
  }
  const serverName = settings.get(tlsServerName);
  return isRequired || (ca ?? cert ?? serverName) !== undefined ? { ca, cert, key, serverName } : undefined;
}
