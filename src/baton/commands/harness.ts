// `harness`: checks any Baton connector over gRPC against the contract.
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { UsageError } from '../author/usage-error.ts';
import type { Command, Invocation } from '../command-line/command.ts';
import { durationField, intField, stringField } from '../config/create-field.ts';
import type { Field } from '../config/field.ts';
import { output, syncRetryTimeout } from '../config/fields/run.ts';
import { file } from '../config/fields/sync.ts';
import { readTemporaryFolder } from '../config/temporary-folder.ts';
import type { Connection, TlsOptions } from '../harness/connection.ts';
import { formatJson } from '../harness/report/format-json.ts';
import { formatJunit } from '../harness/report/format-junit.ts';
import { formatText } from '../harness/report/format-text.ts';
import { countOutcomes } from '../harness/report/harness-report.ts';
import { readCallerToken } from '../server/callers/caller-token.ts';
import { checkListenAddress, isLocalAddress, parseListenAddress } from '../server/listen-address.ts';

const common = { exportTarget: 'none' } as const;

const address = stringField({
  ...common,
  name: 'address',
  description: 'Address of the connector, as host:port or unix:path',
  required: true,
  check: checkListenAddress,
});
const replica = stringField({
  ...common,
  name: 'replica',
  description: 'Address of another process of the same connector, to try page tokens on',
  check: checkListenAddress,
});
const tlsCa = stringField({
  ...common,
  name: 'tls-ca',
  description: "PEM file with the CAs of the server's certificate (default: the system's)",
  pathTo: 'file',
});
const tlsCert = stringField({
  ...common,
  name: 'tls-cert',
  description: 'PEM file with the client certificate',
  pathTo: 'file',
});
const tlsKey = stringField({
  ...common,
  name: 'tls-key',
  description: 'PEM file with the private key of --tls-cert',
  pathTo: 'file',
});
const tlsServerName = stringField({
  ...common,
  name: 'tls-server-name',
  description: "Name in the server's certificate (default: the host of the address)",
});
const callerTokenFile = stringField({
  ...common,
  name: 'caller-token-file',
  description: 'File with the token that the connector requires of its callers (authorization: Bearer)',
  pathTo: 'file',
});
const timeout = durationField({
  ...common,
  name: 'timeout',
  description: 'Timeout of the whole run',
  default: '10m',
  check: checkTimeout,
});
const callTimeout = durationField({
  ...common,
  name: 'call-timeout',
  description: 'Timeout of a call',
  default: '1m',
  check: checkTimeout,
});
const itemsMax = intField({
  ...common,
  name: 'max-items',
  description: 'Maximum resources, entitlements and grants to read per resource type',
  default: 2_000_000,
  gte: 1,
});
const junit = stringField({
  ...common,
  name: 'junit',
  description: 'File for the report as JUnit XML',
  pathTo: 'file',
});

export const harnessCommand: Command = {
  name: 'harness',
  summary: 'Check a Baton connector over gRPC against the contract',
  description:
    'Read everything from any Baton connector over gRPC, check that it follows the contract, and report each check as passed, failed or not applicable. It never changes anything in the application. It uses plaintext on loopback and Unix sockets without --tls flags, and TLS otherwise. The exit code is 1 if a check failed.',
  fields: [
    address,
    replica,
    tlsCa,
    tlsCert,
    tlsKey,
    tlsServerName,
    callerTokenFile,
    timeout,
    callTimeout,
    itemsMax,
    syncRetryTimeout,
    junit,
    output,
  ],
  usesFlags: [{ ...file, description: 'Also write a sync into this c1z file' }],
  constraints: [{ kind: 'required-together', fields: [tlsCert, tlsKey] }],
  needsConnectorSettings: false,
  sendsTelemetry: true,
  async run(invocation) {
    const { settings, logger, waits, live, host } = invocation;
    // Loaded here: the other commands do not need a client.
    const { runHarness } = await import('../harness/run-harness.ts');
    const replicaAddress = settings.get(replica);
    const report = await runHarness({
      connect: await prepareConnection(invocation, settings.get(address)),
      connectToReplica: replicaAddress ? await prepareConnection(invocation, replicaAddress) : undefined,
      callTimeoutMs: settings.get(callTimeout),
      timeLimit: AbortSignal.timeout(settings.get(timeout)),
      itemsMax: settings.get(itemsMax),
      // Only the flag: BATON_FILE and the config file are for syncs.
      file:
        settings.sourceOf(file) === 'flag'
          ? {
              path: resolve(host.cwd, settings.get(file)),
              temporaryFolder: readTemporaryFolder(settings, host.env),
              callRetry: { timeoutMs: settings.get(syncRetryTimeout) },
            }
          : undefined,
      logger,
      waits,
      live,
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

/** Timers and gRPC deadlines are limited to weeks or days; nobody waits that long. */
function checkTimeout(valueMs: number): string | undefined {
  return valueMs > 24 * 3_600_000 ? 'must not exceed 24h' : undefined;
}

/** Reads the certificates and the token once and checks that they are usable. */
async function prepareConnection(invocation: Invocation, text: string): Promise<() => Connection> {
  const address = parseListenAddress(text, invocation.host.cwd);
  const { createConnection } = await import('../harness/connection.ts');
  const tls = await readTls(invocation, !isLocalAddress(address));
  if (tls && 'path' in address) {
    throw new UsageError([`--tls flags: ${text} is a Unix socket, which is used without TLS`]);
  }
  try {
    createSecureContext({ ca: tls?.ca, cert: tls?.cert, key: tls?.key });
  } catch (error) {
    throw new UsageError([`--tls-ca, --tls-cert, --tls-key: unusable: ${(error as Error).message}`]);
  }
  const tokenFile = invocation.settings.get(callerTokenFile);
  const token = tokenFile === undefined ? undefined : await readCallerToken(resolve(invocation.host.cwd, tokenFile));
  return () => createConnection(address, tls, token);
}

/** @param isRequired - Whether to use TLS without any --tls flag. */
async function readTls({ settings, host }: Invocation, isRequired: boolean): Promise<TlsOptions | undefined> {
  const faults: string[] = [];
  const read = async (field: Field<string | undefined>) => {
    const path = settings.get(field);
    if (path === undefined) {
      return undefined;
    }
    try {
      const text = await readFile(resolve(host.cwd, path), 'utf8');
      // Node treats an empty file as none.
      if (!text.includes('-----BEGIN ')) {
        faults.push(`${settings.placeOf(field)}: ${path} is not a PEM file (-----BEGIN …-----)`);
      }
      return text;
    } catch (error) {
      faults.push(`${settings.placeOf(field)}: cannot read ${path}: ${(error as Error).message}`);
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
