// Our syncs of remote connectors for the Go tests in this folder: one process for many syncs.
//
// Prints one line of JSON with its URL. POST to it a sync as JSON (see `SyncRequest`); the response says how it ended. It
// ends with its stdin, so it never outlives the process that started it.
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { ConnectError } from '@connectrpc/connect';
import { pino } from 'pino';
import { ResourceType_Trait } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../../src/baton/author/service-error.ts';
import { createConnectorClients } from '../../src/baton/client/connector-clients.ts';
import { createConnection } from '../../src/baton/harness/connection.ts';
import { Target } from '../../src/baton/harness/target.ts';
import { parseListenAddress } from '../../src/baton/server/listen-address.ts';
import { SyncTally } from '../../src/baton/sync/sync-tally.ts';
import { readTargets } from '../../src/baton/sync/sync-targets.ts';
import { type SyncToFileOptions, syncToFile } from '../../src/baton/sync/sync-to-file.ts';

interface SyncRequest {
  /** Of the connector, as host:port. */
  readonly address: string;
  /** Of the new file. */
  readonly path: string;
  readonly resourceTypes?: readonly string[];
  /** Resource bids. */
  readonly targets?: readonly string[];
  readonly skipEntitlementsAndGrants?: boolean;
  readonly skipGrants?: boolean;
  readonly skipExpandGrants?: boolean;
  readonly workers?: number;
  /** Another file, whose resources are copied. */
  readonly externalPath?: string;
  readonly externalEntitlement?: string;
  /** Names of traits: `USER`. */
  readonly externalTraits?: readonly (keyof typeof ResourceType_Trait)[];
}

interface SyncResponse {
  readonly error?: { readonly code: number; readonly message: string };
  /** What was skipped, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
}

/** The deadline of a call: more than any test takes. */
const callTimeoutMs = 60_000;

async function sync(request: SyncRequest): Promise<SyncResponse> {
  const connection = createConnection(parseListenAddress(request.address), undefined);
  const { signal } = new AbortController();
  const target = new Target(connection, { callTimeoutMs, signal });
  const tally = new SyncTally(() => {});
  let error: SyncResponse['error'];
  try {
    await syncToFile({
      path: request.path,
      temporaryFolder: undefined,
      keptFullSyncs: undefined,
      services: (signal) => createConnectorClients((desc) => target.withOptions({ signal }).client(desc)),
      logger: pino({ level: 'silent' }),
      observer: tally,
      signal,
      resourceTypeIds: request.resourceTypes ?? [],
      skipEntitlementsAndGrants: request.skipEntitlementsAndGrants ?? false,
      skipGrants: request.skipGrants ?? false,
      skipExpandGrants: request.skipExpandGrants ?? false,
      targets: readTargets(request.targets ?? []),
      externalResources: readExternalResources(request),
      isEmpty: false,
      callRetry: { timeoutMs: callTimeoutMs, delayMinMs: 100 },
      workers: Math.max(1, request.workers ?? 1),
    });
  } catch (failure) {
    const isStatus = failure instanceof ConnectError || failure instanceof ServiceError;
    error = { code: isStatus ? failure.code : Code.Unknown, message: String(failure) };
  } finally {
    connection.close();
  }
  return { ...(error && { error }), skipped: Object.fromEntries(tally.skippedCounts), warnings: tally.warnings };
}

function readExternalResources(request: SyncRequest): SyncToFileOptions['externalResources'] {
  const { externalPath: path, externalEntitlement: entitlementId, externalTraits = [] } = request;
  return path === undefined
    ? undefined
    : { path, entitlementId, traits: externalTraits.map((name) => ResourceType_Trait[name]) };
}

const server = createServer(async (request, response) => {
  response.end(JSON.stringify(await sync((await json(request)) as SyncRequest)));
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${typeof address === 'object' && address?.port}` })}\n`);
});
process.stdin.resume().once('end', () => process.exit());
