import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../scripts/test.ts', import.meta.url));

/** Writes test files to a new folder, and runs them. @param files - Their texts by name. */
function runTests(t: TestContext, files: Record<string, string>, ...options: string[]) {
  return runTestsWith(t, { ...process.env, CI: undefined }, files, options);
}

function runTestsWith(t: TestContext, env: NodeJS.ProcessEnv, files: Record<string, string>, options: string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), 'run-tests-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, `${name}.test.ts`), `import { describe, it, test } from 'node:test';\n${text}`);
  }
  const ran = spawnSync(process.execPath, [script, ...options, '.'], { cwd: folder, env, encoding: 'utf8' });
  return { exitCode: ran.status, lines: ran.stdout.trimEnd().split('\n'), text: ran.stdout + ran.stderr };
}

const sound =
  "test('adds', () => {}); it.todo('fails', () => { throw 1; }); describe('a suite', () => { it('adds', () => {}); it.skip('later', () => {}); });";

test('the output ends with a summary of all files, and the exit code is 0', (t) => {
  const { exitCode, lines } = runTests(t, { first: sound, second: sound });
  const counts = lines.slice(-7, -1);
  assert.deepEqual(counts, ['ℹ tests 8', 'ℹ suites 2', 'ℹ pass 4', 'ℹ fail 0', 'ℹ skipped 2', 'ℹ todo 2']);
  assert.match(lines.at(-1) ?? '', /^ℹ duration_ms /);
  assert.equal(exitCode, 0);
});

test('with CI=true a skipped test or suite fails the run, by its name and the reason; a test to do does not', (t) => {
  const env = { ...process.env, CI: 'true' };
  const skipping = {
    test: "test('adds', { skip: 'no abacus' }, () => {});",
    suite: "describe('adds', { skip: 'no abacus' }, () => { it('two', () => {}); });",
    late: "test('adds', (t) => t.skip('no abacus'));",
  };
  for (const [name, text] of Object.entries(skipping)) {
    const { exitCode, text: shown } = runTestsWith(t, env, { [name]: text });
    assert.match(shown, /✖ adds\n.*skipped, and with CI=true nothing may be: no abacus/s, name);
    assert.equal(exitCode, 1, name);
  }
  assert.equal(runTestsWith(t, env, { b: "test('adds', () => {}); it.todo('later');" }).exitCode, 0);
});

test('files share a process, except one that gives a reason for its own', (t) => {
  const text = "test('process ' + process.pid, () => {});";
  const { exitCode, lines } = runTests(
    t,
    { a: text, b: text, c: `// own process: it sets a variable.\n${text} process.env.SET = '1';` },
    '--workers=1',
  );
  const [a, b, c] = lines.map((line) => line.match(/✔ process (\d+)/)?.[1]).filter((pid) => pid !== undefined);
  assert.equal(a, b);
  assert.ok(c !== undefined && c !== a);
  assert.equal(exitCode, 0);
});

const faults: readonly (readonly [name: string, text: string, message: RegExp])[] = [
  ['fails', "test('adds', () => { throw new Error('one and one is three'); });", /one and one is three/],
  ['fails-in-suite', "describe('adding', () => { it('adds', () => { throw new Error('two'); }); });", /Error: two/],
  ['compares-big-integers', "import assert from 'node:assert'; test('a', () => assert.equal(1n, 2n));", /1n == 2n/],
  ['registers-none', '', /registers-none\.test\.ts.*it registers no test/s],
  [
    'crashes',
    "test('ends', () => process.kill(process.pid, 'SIGKILL'));",
    /crashes\.test\.ts.*its process ended with SIGKILL/s,
  ],
  ['exits', "test('ends', () => process.exit(0));", /exits\.test\.ts.*its process ended with 0/s],
  ['cannot-import', "import './nowhere.ts';", /cannot-import\.test\.ts.*Cannot find module .*nowhere\.ts/s],
  ['leaks', "test('a', () => { setInterval(() => {}, 1); });", /leaks\.test\.ts.*leaves handles open.*'Timeout'/s],
  ['sets', "test('a', () => { process.env.LEFT = 'x'; });", /sets\.test\.ts.*leaves its process changed.*'LEFT'/s],
  ['strays', "test('a', () => { setImmediate(() => { throw new Error('late'); }); });", /strays.*Error: late/s],
  [
    'hooks',
    "describe('b', () => { after(() => { throw new Error('in a hook'); }); it('c', () => {}); });",
    /in a hook/,
  ],
];

for (const [name, text, message] of faults) {
  test(`a file that ${name.replaceAll('-', ' ')} fails the run, and the next file is run`, (t) => {
    const imports = "import { after } from 'node:test';\n";
    const files = { [`a-${name}`]: imports + text, b: sound };
    const run = runTests(t, files, '--workers=1', '--closing-seconds=0.5');
    assert.match(run.text, message);
    assert.match(run.text, /✔ a suite/);
    assert.equal(run.exitCode, 1);
  });
}

test('a file that hangs is killed and named', (t) => {
  const { exitCode, text } = runTests(t, { hangs: "test('waits', () => { for (;;); });" }, '--hang-seconds=1');
  assert.match(text, /✖ hangs\.test\.ts.*it hangs: no test began or ended for 1 s/s);
  assert.equal(exitCode, 1);
});

test('a path that matches no test file is an error', (t) => {
  const { exitCode, text } = runTests(t, {});
  assert.match(text, /no test file matches \./);
  assert.equal(exitCode, 1);
});
