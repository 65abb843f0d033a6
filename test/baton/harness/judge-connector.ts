// Serves a connector over a real socket, runs the harness against it, and asserts on what it found.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import pino from 'pino';
import { createConnection } from '../../../src/baton/harness/connection.ts';
import type { CallDelays } from '../../../src/baton/harness/pages.ts';
import type { HarnessReport } from '../../../src/baton/harness/report/harness-report.ts';
import { type HarnessOptions, runHarness } from '../../../src/baton/harness/run-harness.ts';
import { startGrpcServer } from '../../../src/baton/server/grpc/grpc-server.ts';
import type { ListenAddress } from '../../../src/baton/server/listen-address.ts';
import type { ServiceEntry } from '../../../src/baton/services/service-entry.ts';

export const silent = pino({ level: 'silent' });

const quick: CallDelays = { retryDelayMs: 1, emptyPageDelayMs: 1 };

export type JudgeOptions = Partial<HarnessOptions>;

/** Runs the harness against what listens at an address. */
export async function judgeAddress(
  t: TestContext,
  address: ListenAddress,
  options: JudgeOptions = {},
): Promise<HarnessReport> {
  return await runHarness({
    connect: () => createConnection(address, undefined),
    callTimeoutMs: 30_000,
    timeLimit: new AbortController().signal,
    itemsMax: 1_000_000,
    logger: silent,
    signal: t.signal,
    delays: quick,
    ...options,
  });
}

/** Serves the services with the server of this runtime, which refuses requests that break a limit. */
export async function serve(t: TestContext, services: readonly ServiceEntry[]): Promise<ListenAddress> {
  const server = await startGrpcServer({
    services,
    listen: { host: '127.0.0.1', port: 0 },
    logger: silent,
    drainTimeoutMs: 60_000,
  });
  t.after(() => server.close());
  return server.address;
}

export async function judgeServices(
  t: TestContext,
  services: readonly ServiceEntry[],
  options: JudgeOptions = {},
): Promise<HarnessReport> {
  return await judgeAddress(t, await serve(t, services), options);
}

/** What a failed check must say, by its id. */
export type Expected = Readonly<Record<string, RegExp>>;

/** Asserts that exactly these checks failed, each with its message. */
export function assertFailed({ checks }: HarnessReport, expected: Expected): void {
  const failed = checks.filter(({ outcome }) => outcome === 'failed');
  assert.deepEqual(
    failed.map(({ id }) => id),
    checks.map(({ id }) => id).filter((id) => id in expected),
    failed.map(({ id, detail }) => `${id}: ${detail}`).join('\n'),
  );
  for (const { id, detail } of failed) {
    assert.match(detail, expected[id] ?? /^$/);
  }
}

export function resultOf({ checks }: HarnessReport, id: string) {
  const found = checks.find((check) => check.id === id);
  assert.ok(found, `there is no check ${id}`);
  return found;
}

/** A test that a fault, planted into the services of a connector, is found by exactly these checks. */
export function testFault(
  title: string,
  expected: Expected,
  plant: () => readonly ServiceEntry[],
  options: JudgeOptions = {},
): void {
  test(title, async (t) => assertFailed(await judgeServices(t, plant(), options), expected));
}
