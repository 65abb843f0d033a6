import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Program } from '../../../src/baton/author/program.ts';
import { UsageError } from '../../../src/baton/author/usage-error.ts';
import { reportFailure } from '../../../src/baton/command-line/report-failure.ts';
import { formatJson } from '../../../src/baton/harness/report/format-json.ts';
import { formatJunit } from '../../../src/baton/harness/report/format-junit.ts';
import { formatText } from '../../../src/baton/harness/report/format-text.ts';
import { createLogger } from '../../../src/baton/log/create-logger.ts';
import { LiveDisplay } from '../../../src/baton/log/live-display.ts';
import { Screen } from '../../../src/baton/log/screen.ts';
import { escapeControls, escapeLines } from '../../../src/baton/net/escape-controls.ts';
import { Waits } from '../../../src/baton/net/waits.ts';
import { createTerminalDisplay } from '../../../src/baton/sync/sync-display.ts';
import { formatSummary, type SyncSummary } from '../../../src/baton/sync/sync-summary.ts';
import { SyncTally } from '../../../src/baton/sync/sync-tally.ts';
import { lendingProgram } from '../commands/lending-program.ts';
import { createLendingPlace } from '../commands/run-lending.ts';
import { sampleReport } from '../harness/report/sample-report.ts';

const isUnsafe = /^[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]$/u;

/** Every character that must not be shown as it is: 65 controls, some 170 format characters, separators, surrogates. */
const unsafe = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code)).filter((text) =>
  isUnsafe.test(text),
);

/** All that strings of protobuf can hold. */
const hostile = unsafe.filter((character) => character.isWellFormed()).join('|');

/** With half surrogate pairs. */
const malformed = `${hostile}|\ud800|\udfff`;

const escapeCode = '\x1b';
const redrawing = new RegExp(String.raw`\r${escapeCode}\[(?:J|\d+A)`, 'g');

function assertSafe(shown: string): void {
  assert.ok(shown.includes('\\u202e') && shown.includes('\\u001b') && shown.includes('\\u009b'), shown.slice(0, 500));
  // What the program writes itself: it redraws the last lines of a terminal.
  const raw = Array.from(shown.replaceAll(redrawing, '')).filter((character) => isUnsafe.test(character));
  assert.match(raw.join(''), /^[\n\r]*$/);
}

function outputs() {
  const out = {
    text: '',
    columns: 1_000_000,
    write: (text: string) => {
      out.text += text;
    },
  };
  return out;
}

test('each control, format character, separator and half surrogate pair is escaped as in JSON', () => {
  assert.ok(unsafe.length > 2048 + 65 + 150);
  for (const character of unsafe) {
    const escaped = escapeControls(character);
    assert.match(escaped, /^(?:\\[nrt]|(?:\\u[0-9a-f]{4}){1,2})$/);
    assert.equal(JSON.parse(`"${escaped}"`), character);
    assert.equal(escapeLines(character), character === '\n' ? '\n' : escaped);
  }
  const harmless = 'Zoë 李 😀 "quoted" \\ <b> العربية';
  assert.equal(escapeControls(harmless), harmless);
});

describe('text from outside is escaped', () => {
  for (const format of ['json', 'console'] as const) {
    test(`in the log as ${format}: message, keys, values, errors and stacks, on one line but for stacks`, () => {
      const stderr = outputs();
      const { logger } = createLogger({
        ...{ format, paths: [], cwd: '.', secrets: ['a-known-secret'], stdout: stderr, stderr },
        level: 'debug',
      });
      logger.info({ [malformed]: malformed, plain: '\u202e', deep: { list: [malformed] } }, malformed);
      assertSafe(stderr.text);
      assert.equal(stderr.text.split('\n').length, 2);
      logger.error({ error: new Error(malformed, { cause: new Error(malformed) }) }, 'failed');
      assertSafe(stderr.text);
      if (format === 'json') assert.equal(JSON.parse(stderr.text.split('\n')[0] ?? '').msg, malformed);
    });
  }

  for (const [name, failure] of [
    ['a usage error', new UsageError([malformed, malformed])],
    ['an unexpected error', new Error(malformed)],
    ['an error of the system', Object.assign(new Error(malformed), { syscall: 'open' })],
    ['what is not an error', malformed],
  ] as const) {
    test(`in the message of ${name}`, () => {
      const stderr = outputs();
      const redactText = (text: string) => text;
      reportFailure(failure, {
        helpCommand: () => 'baton-test --help',
        programName: 'baton-test',
        stderr,
        logIsOnTerminal: false,
        redactText,
      });
      assertSafe(stderr.text);
    });
  }

  test('in the summary of a sync', () => {
    const counts = { [malformed]: 1 };
    const summary: SyncSummary = {
      ...{ sync_id: malformed, sync_type: 'full', file: malformed, file_bytes: 1, duration_ms: 1 },
      ...{ resources: counts, entitlements: counts, grants: counts, left_out: counts, warnings: [malformed] },
      ...{ requests: counts, retries: 0, received_bytes: 0, phases_ms: {}, pruned_sync_ids: [] },
    };
    const shown = formatSummary(summary);
    assertSafe(shown);
    assert.equal(shown.split('\n').length, 13);
  });

  test('in the live lines of a sync', () => {
    const terminal = outputs();
    const screen = new Screen(terminal);
    const waits = new Waits(() => 0);
    waits.begin({ what: malformed, state: malformed });
    const display = createTerminalDisplay(screen.above(terminal), new LiveDisplay({ screen, waits, now: () => 5000 }));
    const tally = new SyncTally((event) => display(tally, event));
    tally.phaseStarted('grants');
    tally.warn(malformed);
    tally.pageWritten('grants', { [malformed]: 1 });
    tally.phaseEnded('grants');
    assertSafe(terminal.text);
    assert.equal(terminal.text.match(new RegExp(String.raw`${escapeCode}\[J[!✓] [^\n]*\n`, 'g'))?.length, 2);
  });

  for (const [name, formatReport] of [
    ['text', formatText],
    ['JSON', formatJson],
    ['JUnit', formatJunit],
  ] as const) {
    test(`in the report of the harness as ${name}`, () => {
      const [check] = sampleReport.checks;
      assert.ok(check);
      const checks = [{ ...check, outcome: 'failed', detail: malformed } as const];
      assertSafe(
        formatReport({ ...sampleReport, connectorName: malformed, sdkVersion: malformed, bounds: [malformed], checks }),
      );
    });
  }

  for (const output of ['text', 'json']) {
    test(`in the result of a change, as ${output}`, async (t) => {
      const place = await createLendingPlace(t, { synced: true, readers: { r0: 'Ann', r1: hostile } });
      const grant = ['--grant-entitlement=book:b1:borrowed', '--grant-principal=r1', '--grant-principal-type=reader'];
      const { exitCode, stdout, stderr } = await place.run([...grant, `--output=${output}`]);
      assert.equal(exitCode, 0, stderr);
      assertSafe(stdout);
    });
  }

  test('in the faults of a file of changes', async (t) => {
    const place = await createLendingPlace(t);
    const path = join(place.folder, 'changes.ndjson');
    writeFileSync(path, `${JSON.stringify({ change: hostile })}\n`);
    const naming = { target: 'the library', accountFields: ['login'], findAccount: async () => undefined };
    const connector: Program['connector'] = (...request) => ({ ...lendingProgram.connector(...request), naming });
    const program = { ...lendingProgram, connector };
    const { exitCode, stderr } = await place.run([`--changes=${path}`], { program });
    assert.equal(exitCode, 2);
    assertSafe(stderr);
  });
});
