// Runs all checks against one connector: its identity, two walks, then checks with calls of their own.
import { ConnectError } from '@connectrpc/connect';
import type { Logger } from 'pino';
import { ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import { createSyncId } from '../c1z/tables/sync-id.ts';
import { formatCount, formatNumber } from '../log/format-numbers.ts';
import type { LiveDisplay } from '../log/live-display.ts';
import type { Waits } from '../net/waits.ts';
import { callChecks, identityChecks, walkChecks } from './all-checks.ts';
import { type CallCheck, type CheckIdentity, type CheckResult, failed, notApplicable, type Watcher } from './check.ts';
import type { Connection } from './connection.ts';
import { ConnectionLost, checkConnection } from './connection-loss.ts';
import { describeFailure } from './describe-call.ts';
import { connectorAnswers, type Identity, identify } from './identify.ts';
import { createLimitChecker } from './limits.ts';
import { type CallDelays, defaultDelays, ListingError } from './pages.ts';
import type { CheckReport, HarnessReport } from './report/harness-report.ts';
import type { Session, SyncFile } from './session.ts';
import { Target } from './target.ts';
import { walk } from './walk.ts';
import { Walked } from './walked.ts';

export interface HarnessOptions {
  /** Opens a connection to the connector. */
  readonly connect: () => Connection;
  /** Opens a connection to another process of the same connector, if there is one. */
  readonly connectToReplica?: (() => Connection) | undefined;
  /** The deadline of each call. */
  readonly callTimeoutMs: number;
  /** Aborts when the overall time is up. The report says which checks have not run by then. */
  readonly timeLimit: AbortSignal;
  /** The maximum number of resources, entitlements and grants to walk per resource type. */
  readonly itemsMax: number;
  /** Where to write a sync, if at all. */
  readonly file?: SyncFile | undefined;
  readonly logger: Logger;
  /** Shows what is waited for. */
  readonly waits?: Waits | undefined;
  /** Shows which check runs. */
  readonly live?: LiveDisplay | undefined;
  /** Aborts when the program shuts down. */
  readonly signal: AbortSignal;
  /** Default: delays of about a second. */
  readonly delays?: CallDelays;
  /** How long a call may continue after its deadline. Default: 5 seconds. */
  readonly endsWithinMs?: number;
}

const endsWithinMsDefault = 5000;

const timeIsOver = 'time ran out (--timeout)';

/** In report order. */
const allChecks: readonly CheckIdentity[] = [connectorAnswers, ...identityChecks, ...walkChecks, ...callChecks];

/** A connector that does not respond at the end gets less time than a working one. */
const lastCallTimeoutMs = 10_000;

/**
 * Checks a connector. The report describes any problem with it, or with reaching it.
 * @throws the signal's reason when it aborts.
 */
export async function runHarness(options: HarnessOptions): Promise<HarnessReport> {
  const run = new HarnessRun(options);
  try {
    return await run.run();
  } finally {
    await run.close();
  }
}

/** Why a run ended before all checks; empty if it did not. */
interface RunEnd {
  /** The detail of each check that was not run. */
  readonly notRun: string;
  readonly cause: string;
}

class HarnessRun {
  readonly #options: HarnessOptions;
  /** Aborts when the run is stopped or its time is up. */
  readonly #signal: AbortSignal;
  readonly #connections: Connection[] = [];
  readonly #target: Target;
  readonly #results = new Map<string, CheckReport>();
  readonly #first = new Walked(createSyncId());
  readonly #second = new Walked(createSyncId());
  /** Syncs that the connector has not cleaned up yet. */
  readonly #openSyncs = new Set<string>();
  readonly #startedAtMs = performance.now();
  #identity: Identity | undefined;
  /** Describes what runs now. */
  #running = () => '';

  constructor(options: HarnessOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, options.timeLimit]);
    this.#target = this.#connect(options.connect);
    options.live?.show(() => this.#describeProgress());
  }

  async run(): Promise<HarnessReport> {
    try {
      return this.#report(await this.#runChecks());
    } catch (error) {
      this.#options.signal.throwIfAborted();
      if (this.#signal.aborted) {
        return this.#report({ notRun: timeIsOver, cause: timeIsOver });
      }
      if (error instanceof ConnectionLost) {
        // There is nobody to clean up.
        this.#openSyncs.clear();
        return this.#report({ notRun: 'the connector stopped responding', cause: error.message });
      }
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#options.live?.show(undefined);
    // A separate signal, so that a connector also forgets the syncs of an aborted run.
    const callTimeoutMs = Math.min(this.#options.callTimeoutMs, lastCallTimeoutMs);
    const target = this.#target.withOptions({ signal: AbortSignal.timeout(callTimeoutMs), callTimeoutMs });
    for (const syncId of this.#openSyncs) {
      await this.#cleanUp(syncId, target).catch((error: unknown) =>
        this.#options.logger.warn({ error }, 'Cleanup failed'),
      );
    }
    for (const connection of this.#connections) {
      connection.close();
    }
  }

  async #runChecks(): Promise<RunEnd> {
    const identity = await this.#identify();
    if (identity?.result.outcome !== 'passed') {
      return { notRun: 'no connector responds', cause: identity?.result.detail ?? '' };
    }
    const session = await this.#createSession(identity);
    if (!identity.sdkVersion.ok) {
      await this.#judgeAll(identityChecks, session);
      return { notRun: 'Validate failed', cause: `Validate failed with ${identity.sdkVersion.failure}` };
    }
    await this.#walkTwice(session);
    await this.#judgeAll([...identityChecks, ...callChecks], session);
    return { notRun: '', cause: '' };
  }

  async #identify(): Promise<Identity | undefined> {
    await this.#judge(connectorAnswers, async () => {
      this.#identity = await identify(this.#target);
      return this.#identity.result;
    });
    return this.#identity;
  }

  async #judgeAll(checks: readonly CallCheck[], session: Session): Promise<void> {
    for (const check of checks) {
      const { outcome } = await this.#judge(check, () => check.judge(session));
      if (outcome === 'failed') await checkConnection(this.#target);
    }
  }

  async #createSession({ metadata, sdkVersion }: Identity): Promise<Session> {
    const { delays = defaultDelays, endsWithinMs = endsWithinMsDefault, file, logger } = this.#options;
    return {
      target: this.#target,
      limits: await createLimitChecker(),
      delays,
      endsWithinMs,
      metadata,
      sdkVersion,
      walked: this.#first,
      syncId: this.#second.syncId,
      logger,
      file,
      openAnother: () => this.#connect(this.#options.connectToReplica ?? this.#options.connect),
      cleanUp: (syncId) => this.#cleanUp(syncId, this.#target),
    };
  }

  async #walkTwice({ limits, delays }: Session): Promise<void> {
    const watched = walkChecks.map((check) => ({ check, watcher: check.watch({ walked: this.#first, limits }) }));
    const watchers = watched.map(({ watcher }) => watcher);
    let second: Walked | undefined;
    let isLost = false;
    try {
      await this.#walk(this.#first, watchers, delays);
      await this.#cleanUp(this.#first.syncId, this.#target).catch(() => {});
      second = this.#second;
      await this.#walk(second, [], delays);
    } catch (error) {
      isLost = error instanceof ConnectionLost;
      throw error;
    } finally {
      for (const { check, watcher } of watched) {
        const result = watcher.end(second);
        // Half a walk shows what is wrong, and not what is right.
        if (!isLost || result.outcome === 'failed') this.#record(check, result);
      }
    }
  }

  async #walk(walked: Walked, watchers: readonly Watcher[], delays: CallDelays): Promise<void> {
    const { logger, itemsMax } = this.#options;
    this.#openSyncs.add(walked.syncId);
    this.#running = () => `walking through the connector: ${describeTotals(walked)}`;
    try {
      await walk({ target: this.#target, walked, watchers, itemsMax, delays });
    } catch (error) {
      if (this.#signal.aborted) {
        walked.stop(`${timeIsOver} after walking ${JSON.stringify(walked.totals)}`);
      }
      throw error;
    }
    logger.info({ sync_id: walked.syncId, ...walked.totals }, 'walked through the connector');
  }

  async #judge(check: CheckIdentity, judge: () => Promise<CheckResult>): Promise<CheckResult> {
    this.#running = () => check.id;
    const startedAtMs = performance.now();
    let result: CheckResult;
    try {
      result = await judge();
    } catch (error) {
      if (this.#signal.aborted) {
        this.#record(check, failed(timeIsOver), performance.now() - startedAtMs);
        throw error;
      }
      if (!(error instanceof ConnectError) && !(error instanceof ListingError)) {
        throw error;
      }
      result = failed(describeFailure(error));
    }
    this.#record(check, result, performance.now() - startedAtMs);
    return result;
  }

  #record({ id, title }: CheckIdentity, result: CheckResult, durationMs = 0): void {
    this.#results.set(id, { id, title, ...result, durationMs });
    this.#options.logger.debug({ check: id, ...result }, 'checked');
  }

  #connect(connect: () => Connection): Target {
    const connection = connect();
    this.#connections.push(connection);
    const { callTimeoutMs, waits } = this.#options;
    return new Target(connection, { callTimeoutMs, signal: this.#signal, waits });
  }

  async #cleanUp(syncId: string, target: Target): Promise<void> {
    this.#openSyncs.delete(syncId);
    await target.call(ConnectorService.method.cleanup, { activeSyncId: syncId });
  }

  /** `5 of 48 checks, 1 failed  page-sizes`. */
  #describeProgress(): string {
    const results = [...this.#results.values()];
    const failures = results.filter(({ outcome }) => outcome === 'failed').length;
    const done = `${results.length} of ${formatNumber(allChecks.length, 'check')}, ${formatCount(failures)} failed`;
    return `${done}  ${this.#running()}`;
  }

  #report({ notRun, cause }: RunEnd): HarnessReport {
    const { metadata, sdkVersion } = this.#identity ?? {};
    return {
      address: this.#target.connection.address,
      connectorName: metadata?.ok ? metadata.value.displayName : '',
      sdkVersion: sdkVersion?.ok ? sdkVersion.value : '',
      walked: this.#first.totals,
      bounds: [...new Set(this.#first.incomplete.values())],
      checks: allChecks.map(
        ({ id, title }) =>
          this.#results.get(id) ?? { id, title, ...notApplicable(notRun), durationMs: 0, isNotRun: true },
      ),
      cause,
      durationMs: performance.now() - this.#startedAtMs,
    };
  }
}

function describeTotals({ totals: { resources, entitlements, grants } }: Walked): string {
  return `${formatNumber(resources, 'resource')}, ${formatNumber(entitlements, 'entitlement')}, ${formatNumber(grants, 'grant')}`;
}
