// `baton-connector-sdk/testing`: calls a connector in a test, one method at a time or as a whole over real gRPC.
import { type Logger, pino } from 'pino';
import type { Connector, Listing } from './author/connector.ts';
import type { Context, Reporter } from './author/context.ts';
import type { Field, Settings } from './config/field.ts';
import { createSettings } from './config/resolve-settings.ts';

/** What a connector reported through a {@link createTestContext}. */
export interface Reported {
  /** How many items were skipped, by reason. */
  readonly skipped: ReadonlyMap<string, number>;
  readonly warnings: readonly string[];
}

/**
 * A context to call a connector's methods with.
 * @param changes - What should differ from a call of a sync named `test-sync`, whose log is dropped.
 */
export function createTestContext(changes: Partial<Context> = {}): {
  readonly context: Context;
  readonly reported: Reported;
} {
  const skipped = new Map<string, number>();
  const warnings: string[] = [];
  const reporter: Reporter = {
    countSkipped: (reason, count = 1) => void skipped.set(reason, (skipped.get(reason) ?? 0) + count),
    warn: (message) => void warnings.push(message),
    progress: () => {},
  };
  const context: Context = {
    signal: new AbortController().signal,
    logger: silentLogger(),
    syncId: 'test-sync',
    reporter,
    ...changes,
  };
  return { context, reported: { skipped, warnings } };
}

/**
 * Reads all pages of a listing, as a sync does: every page token goes through JSON, since another process may get it.
 * @throws Error when a page token repeats, which would never end.
 */
export async function readListing<Item, Request>(
  listing: Listing<Item, Request>,
  request: Request,
  context: Context = createTestContext().context,
): Promise<Item[]> {
  const items: Item[] = [];
  const seen = new Set<string>();
  for (let token: unknown; ; ) {
    const page = await listing.page({ ...request, pageSize: 1000 }, token, context);
    items.push(...page.items);
    if (page.next === undefined) return items;
    const text = JSON.stringify(page.next);
    if (seen.has(text)) throw new Error(`The listing returned the page token ${text} twice.`);
    seen.add(text);
    token = listing.parseToken(JSON.parse(text));
  }
}

/**
 * Settings as the command line would give them.
 * @param values - Pairs of a field and its value. Fields that are not named have their default.
 */
export function createTestSettings(values: readonly (readonly [Field, unknown])[] = []): Settings {
  return createSettings(new Map(values.map(([{ name }, value]) => [name, { value, source: 'flag' }])));
}

export interface CheckOptions {
  /** Whether to also check that changes are allowed (`--provisioning`). Nothing is changed either way. */
  readonly provisioning?: boolean;
  /** Default: 60 seconds. */
  readonly timeoutMs?: number;
}

/** What the harness found. */
export interface CheckedConnector {
  /** Checks that passed, by id (docs/harness.md). */
  readonly passed: readonly string[];
  /** One text for each check that failed: its id, what a sound connector does, and what this one did. */
  readonly failures: readonly string[];
}

/**
 * Serves the connector over gRPC on a free port of this machine and runs every check of `harness` against it: the contract
 * that ConductorOne relies on. It closes the server, not the connector.
 */
export async function checkConnector(connector: Connector, options: CheckOptions = {}): Promise<CheckedConnector> {
  // Loaded when needed: most tests call methods alone.
  const [{ startGrpcServer }, { createConnectorServices }, { createConnection }, { runHarness }] = await Promise.all([
    import('./server/grpc/grpc-server.ts'),
    import('./services/connector-services.ts'),
    import('./harness/connection.ts'),
    import('./harness/run-harness.ts'),
  ]);
  const logger = silentLogger();
  const server = await startGrpcServer({
    services: createConnectorServices(connector, { provisioning: options.provisioning ?? false, ticketing: false }),
    listen: { host: '127.0.0.1', port: 0 },
    logger,
    drainTimeoutMs: 1000,
  });
  try {
    const timeoutMs = options.timeoutMs ?? 60_000;
    const { checks } = await runHarness({
      connect: () => createConnection(server.address, undefined),
      callTimeoutMs: timeoutMs,
      timeLimit: AbortSignal.timeout(timeoutMs),
      itemsMax: 100_000,
      logger,
      signal: new AbortController().signal,
    });
    const failed = checks.filter(({ outcome }) => outcome === 'failed');
    return {
      passed: checks.filter(({ outcome }) => outcome === 'passed').map(({ id }) => id),
      failures: failed.map(({ id, title, detail }) => `${id}: ${title}\n${detail}`),
    };
  } finally {
    await server.close();
  }
}

function silentLogger(): Logger {
  return pino({ level: 'silent' });
}
